import { chain, disposeTree, type GradientTransformation, type State, type Tree } from '@gg/core'
import {
  adabelief,
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamw,
  adan,
  adaptiveGradClip,
  amsgrad,
  centralize,
  clip,
  clipByBlockRms,
  clipByGlobalNorm,
  ema,
  fromage,
  keepParamsNonnegative,
  lamb,
  lars,
  lion,
  normalizeByUpdateNorm,
  novograd,
  optimisticGradientDescent,
  radam,
  rmsprop,
  rprop,
  scale,
  scaleByDistanceOverGradients,
  scaleByLion,
  scaleByParamBlockNorm,
  scaleByParamBlockRms,
  scaleByStddev,
  sgd,
  signSgd,
  signum,
  sm3,
  yogi,
  zeroNans,
} from '@gg/optim'
import { onBackends } from '@gg/testing'
import { Tensor, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

/** Each element by itself: a NaN harms no other. */
const elementwise: { readonly [name: string]: GradientTransformation } = {
  scale: scale(2),
  sgd: sgd(0.1, { momentum: 0.9, nesterov: true }),
  adam: adam(0.1),
  adamw: adamw(0.1),
  amsgrad: amsgrad(0.1),
  adamax: adamax(0.1),
  adan: adan(0.1),
  adabelief: adabelief(0.1),
  yogi: yogi(0.1),
  radam: radam(0.1, { b2: 0.9 }),
  rmsprop: rmsprop(0.1),
  scaleByStddev: scaleByStddev(),
  adagrad: adagrad(0.1),
  'adagrad from 0': adagrad(0.1, { initialAccumulatorValue: 0 }),
  adadelta: adadelta(1),
  lion: lion(0.1),
  'lion, smooth': scaleByLion({ mode: 'smooth' }),
  'lion, refined': scaleByLion({ mode: 'refined' }),
  rprop: rprop(0.1),
  signSgd: signSgd(0.1),
  signum: signum(0.1),
  ema: ema(0.9),
  optimisticGradientDescent: optimisticGradientDescent(0.1),
  clip: clip(0.5),
  keepParamsNonnegative: chain(sgd(0.1), keepParamsNonnegative()),
  scaleByParamBlockNorm: scaleByParamBlockNorm(),
  scaleByParamBlockRms: scaleByParamBlockRms(),
}

/** Leaf, unit or all: a norm or a mean carries the NaN further. */
const shared: { readonly [name: string]: GradientTransformation } = {
  adafactor: adafactor(0.1),
  'adafactor, factored': adafactor(0.1, { minDimSizeToFactor: 2 }),
  sm3: sm3(0.1),
  lamb: lamb(0.1),
  lars: lars(0.1),
  fromage: fromage(0.1),
  novograd: novograd(0.1),
  centralize: centralize(),
  clipByBlockRms: clipByBlockRms(0.5),
  clipByGlobalNorm: clipByGlobalNorm(0.5),
  adaptiveGradClip: adaptiveGradClip(0.1),
  normalizeByUpdateNorm: normalizeByUpdateNorm(),
  scaleByDistanceOverGradients: scaleByDistanceOverGradients(),
}

const finite = [1, -2, 3, -4, 5, -6]
const broken = [1, Number.NaN, 3, -4, 5, -6]

/** The updates of three steps, the second of them with a NaN; `look` sees the states. */
function updatesOf(
  tx: GradientTransformation,
  look: (state: State) => void = () => {},
): readonly (readonly number[])[] {
  const params: Tree = { w: tensor([3, 1, 4, 1, 5, 9], [2, 3]) }
  let state: State = tx.init(params)
  const all = [finite, broken, finite].map((gradient) => {
    const grads = { w: tensor(gradient, [2, 3]) }
    const [updates, next] = tx.update(grads, state, params)
    const numbers = Array.from(updates.w.dataSync())
    disposeTree([grads, updates, state])
    state = next
    look(state)
    return numbers
  })
  disposeTree([params, state])
  return all
}

function numbersOf(state: State): readonly number[] {
  if (state instanceof Tensor) return Array.from(state.dataSync())
  return typeof state === 'object' && state !== null ? Object.values(state).flatMap(numbersOf) : [Number(state)]
}

const seen = new Map<string, readonly (readonly boolean[])[]>()

describe('a NaN in a gradient', () => {
  onBackends(() => {
    it.each(Object.entries(elementwise))('goes through %s and stays in its place', (_, tx) => {
      const [before, now, after] = updatesOf(tx)
      expect(before!.some(Number.isNaN)).toBe(false)
      expect(now!.map(Number.isNaN)).toEqual(broken.map(Number.isNaN))
      expect(after!.filter((_, i) => i !== 1).some(Number.isNaN)).toBe(false)
    })

    it.each(Object.entries(shared))('goes through %s', (_, tx) => {
      const [before, now] = updatesOf(tx)
      expect(before!.some(Number.isNaN)).toBe(false)
      expect(now![1]).toBeNaN()
    })

    it.each(Object.entries({ ...elementwise, ...shared }))('does the same in %s on each backend', (name, tx) => {
      const states: number[] = []
      const updates = updatesOf(tx, (state) => states.push(...numbersOf(state)))
      const pattern = [...updates, states].map((numbers) => numbers.map(Number.isNaN))
      expect(pattern).toEqual(seen.get(name) ?? pattern)
      seen.set(name, pattern)
    })

    it('ends at zeroNans, which says where it was', () => {
      const tx = zeroNans()
      const state = tx.init({ a: tensor([0]), b: tensor([0, 0]) })
      const [updates, next] = tx.update({ a: tensor([1]), b: tensor([Number.NaN, Infinity]) }, state)
      expect(updates.b).toBeAllClose([0, Infinity])
      expect((next.foundNan as { a: Tensor }).a).toBeAllClose([0])
      expect((next.foundNan as { b: Tensor }).b).toBeAllClose([1])
    })
  })
})

describe('values are never read back', () => {
  onBackends(() => {
    it.each(Object.entries({ ...elementwise, ...shared, zeroNans: zeroNans() }))('by %s', (_, tx) => {
      const { dataSync, data } = Tensor.prototype
      const params: Tree = { w: tensor([3, 1, 4, 1, 5, 9], [2, 3]) }
      const refuse = () => {
        throw new Error('webgpu has no dataSync')
      }
      Tensor.prototype.dataSync = refuse
      Tensor.prototype.data = refuse
      try {
        tx.update(params, tx.init(params), params)
      } finally {
        Object.assign(Tensor.prototype, { dataSync, data })
      }
    })
  })
})
