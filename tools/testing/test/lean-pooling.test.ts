import { addBias, reluMaxPool } from '@gg/backprop'
import { chain, disposeTree, type GradientTransformation, identity, transformGradient, valueAndGrad } from '@gg/core'
import { accelerate } from '@gg/gaaf'
import { gate } from '@gg/gating'
import { lateralMask, lateralMaskFactor } from '@gg/lateral-mask'
import { lenet } from '@gg/models'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  abs,
  conv2d,
  matMul,
  max,
  maxPool,
  mean,
  relu,
  reshape,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

type Pool = (s: Tensor4D) => Tensor4D
const stock: Pool = (s) => maxPool(relu(s), 2, 2, 'valid')
const lean: Pool = (s) => reluMaxPool(s, 2)

const TRANSFORMATIONS: { readonly [name: string]: () => GradientTransformation } = {
  'the gate': gate,
  'the mask': lateralMask,
  'gate, then mask': () => chain(gate(), lateralMask({ threshold: { keep: 0.5 } })),
  'mask, then gate': () => chain(lateralMask({ sets: 2 }), gate({ rescale: 'preserve-norm' })),
}

onBackends(() => {
  describe('ReLU and max pooling that keep no input', () => {
    it.each(Object.keys(TRANSFORMATIONS))('compose with %s behind the pool, and in front of it', (name) => {
      const tx = (TRANSFORMATIONS[name] as () => GradientTransformation)()
      const none = identity()
      for (const [front, behind] of [
        [none, tx],
        [tx, none],
        [tx, tx],
      ] as const) {
        expectNoLeak(() => {
          const [expected, found, plain] = [
            gradientsOf(stock, front, behind),
            gradientsOf(lean, front, behind),
            gradientsOf(stock, none, none),
          ]
          for (const [path, gradient] of Object.entries(expected)) {
            expect(found[path as keyof typeof found], path).toBeAllClose(gradient, { rtol: 1e-6, atol: 1e-6 })
          }
          // The transformation has a say: without it the first layer's gradient is another.
          expect(apart(expected.kernel1, plain.kernel1)).toBeGreaterThan(0.01)
          disposeTree([expected, found, plain])
        })
      }
    })

    it('hand down a gradient that a mask can work on', () => {
      const features = numbers([2, 6, 6, 4], 5) as Tensor4D
      const { grads } = valueAndGrad((s: Tensor4D) => sum(square(lean(s))) as Scalar)(features)
      const kept = tidy(() => mean(lateralMaskFactor(grads)).dataSync()[0] as number)
      expect(kept).toBeGreaterThan(0)
      expect(kept).toBeLessThan(1)
      disposeTree([features, grads])
    })

    it('are refused with the accelerated ReLU, and rightly: gradient flows where S is below 0', () => {
      expectNoLeak(() => {
        const s = tensor([-0.1, -0.2, -0.3, -0.4], [1, 2, 2, 1]) as Tensor4D
        const accelerated = accelerate('relu')
        const refusal = expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          message:
            'reluMaxPool: `activation` must be ReLU, got an accelerated one (GAAF). It passes gradient where S is below ' +
            '0, and that S is not kept here. Use maxPool(activation(S)).',
        })
        for (const options of [{}, { form: 'literal' }, { strength: 0.5 }] as const) {
          expect(() => reluMaxPool(s, 2, { activation: accelerate('relu', options) })).toThrow(refusal)
        }
        const through = (pool: Pool) => valueAndGrad((s: Tensor4D) => sum(pool(s)) as Scalar)(s)
        // What the error says to use: the numbers' own factor, at the first maximum (all are 0 after ReLU).
        const right = through((s) => maxPool(accelerated(s), 2, 2, 'valid'))
        const wrong = through(lean)
        expect(Array.from(right.grads.dataSync())).toEqual([expect.closeTo(0.8808, 4), 0, 0, 0])
        expect(Array.from(wrong.grads.dataSync())).toEqual([0, 0, 0, 0])
        disposeTree([s, right, wrong].flatMap((x) => ('grads' in x ? [x.grads, x.value] : [x])))
      })
    })

    it('are refused by a model whose activation is accelerated', () => {
      const build = () => lenet({ activation: accelerate('relu'), reluMaxPool: (s, size) => reluMaxPool(s, size) })
      expect(build).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
      expect(build).toThrow(/`activation` must be 'relu' with `reluMaxPool`/)
      expect(lenet({ reluMaxPool: (s, size) => reluMaxPool(s, size) }).sites).not.toContain('conv1/activation')
    })
  })
})

/** The gradients of a network of two convolutions, with sites in front of and behind each pool. */
function gradientsOf(pool: Pool, front: GradientTransformation, behind: GradientTransformation) {
  return tidy(() => {
    const params = {
      kernel1: numbers([3, 3, 2, 4], 1) as Tensor4D,
      bias1: numbers([4], 2) as Tensor1D,
      kernel2: numbers([3, 3, 4, 4], 3) as Tensor4D,
      dense: numbers([36, 3], 4) as Tensor2D,
    }
    const x = numbers([2, 16, 16, 2], 6) as Tensor4D
    const layer = (x: Tensor4D, kernel: Tensor4D) =>
      transformGradient(pool(transformGradient(conv2d(x, kernel, 1, 'same'), front)), behind)
    const loss = ({ kernel1, bias1, kernel2, dense }: typeof params) => {
      const first = layer(x, kernel1)
      const second = layer(addBias(first, bias1), kernel2)
      const pooled = maxPool(second, 2, 1, 'valid')
      return sum(square(matMul(reshape(pooled, [2, 36]), dense))) as Scalar
    }
    return valueAndGrad(loss)(params).grads
  })
}

function apart(a: Tensor, b: Tensor): number {
  return tidy(() => max(abs(sub(a, b))).dataSync()[0] as number)
}

function numbers(shape: readonly number[], seed: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(0.7 * i + 0.013 * i * i + seed) / 2),
    [...shape],
  )
}
