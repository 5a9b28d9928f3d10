import {
  chain,
  disposeTree,
  featureSite,
  type GradientTransformation,
  gradientTransformation,
  requireParams,
  stateless,
  statelessWithTreeMap,
  type Tree,
  transformGradient,
  treeMap,
  valueAndGrad,
} from '@gg/core'
import { gate } from '@gg/gating'
import { lateralMask } from '@gg/lateral-mask'
import { expectNoLeak, numbersOf, onBackends } from '@gg/testing'
import {
  add,
  engine,
  mul,
  relu,
  type Scalar,
  sum,
  type Tensor,
  tensor1d,
  tensor4d,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const half = () => statelessWithTreeMap((g) => mul(g, 0.5))
const timesParams = () => stateless((updates, params) => treeMap(mul, updates, requireParams('timesParams', params)))
const momentum = () =>
  gradientTransformation<{ readonly velocity: Tree }>({
    init: (params) => ({ velocity: treeMap(zerosLike, params) }),
    update: (updates, state) => {
      const velocity = treeMap((g, v) => add(g, mul(v, 0.5)), updates, state.velocity)
      return [velocity, { velocity }]
    },
  })
const gradOf = (f: (x: Tensor) => Tensor, x: Tensor, dy: Tensor | number): number[] =>
  tidy(() => Array.from(valueAndGrad((x: Tensor) => sum(mul(f(x), dy)) as Scalar)(x).grads.dataSync(), (n) => n + 0))

const any: readonly (readonly [string, () => GradientTransformation, boolean])[] = [
  ['one that knows nothing of a ReLU', half, false],
  ['one that looks at the whole map', timesParams, false],
  ['gate', gate, true],
  ['gate with the hard sigmoid', () => gate({ activation: 'hard-sigmoid', temperature: 0.5 }), true],
  ['a gate of the mean', () => gate({ variant: 'per-channel' }), false],
  ['a gate that keeps the norm', () => gate({ rescale: 'preserve-norm' }), false],
  ['lateralMask', lateralMask, true],
  ['lateralMask in sets', () => lateralMask({ sets: 2, threshold: { keep: 0.5 } }), true],
  ['gate, then mask', () => chain(gate(), lateralMask()), true],
  ['mask, then gate', () => chain(lateralMask(), gate()), true],
  ['gate, then what knows nothing', () => chain(gate(), half()), false],
  ['with a memory', () => chain(gate(), momentum()), false],
  ['a chain of nothing', () => chain(), false],
]

onBackends(() => {
  describe('a site with the ReLU behind it', () => {
    it.each(any)('is the site and then the ReLU: %s', (_, make, knows) => {
      expectNoLeak(() => {
        expect(make().updateThroughRelu !== undefined).toBe(knows)
        const [x, dy] = [numbersOf([2, 6, 5, 4], 1, 2), numbersOf([2, 6, 5, 4], 2)]
        const [apart, atOnce] = [featureSite(make()), featureSite(make())]
        expect(atOnce.transformThroughRelu !== undefined).toBe(knows)
        for (let pass = 0; pass < 3; pass++) {
          const found = gradOf((x) => atOnce(x, { relu: true }), x, dy)
          expect(found).toBeAllClose(gradOf((x) => relu(apart(x)), x, dy))
        }
        const [y, expected] = [atOnce(x, { relu: true }), relu(x)]
        expect(y).toBeAllClose(expected, { rtol: 0, atol: 0 })
        apart.dispose()
        atOnce.dispose()
        disposeTree([x, dy, y, expected])
      })
    })

    it.each(any.filter(([name]) => name !== 'with a memory'))(
      'shuts off what the ReLU shuts off, whatever it is, and lets NaN show: %s',
      (_, make) => {
        const odd = [Number.NaN, Number.POSITIVE_INFINITY, 1, -1]
        const x = tensor4d(
          [-1, -2, 0, -0, 1, 2, Number.NaN, 3].flatMap((v) => odd.map(() => v)),
          [8, 1, 1, 4],
        )
        const dy = tensor4d(
          Array.from({ length: 8 }).flatMap(() => odd),
          [8, 1, 1, 4],
        )
        const found = gradOf((x) => transformGradient(x, make(), { relu: true }), x, dy)
        expect(found).toBeAllClose(gradOf((x) => relu(transformGradient(x, make())), x, dy))
        expect(found[16]).toBeNaN()
      },
    )

    it('is one node of the tape, and keeps one map', () => {
      const nodes = (tx: GradientTransformation): number => {
        let count = 0
        disposeTree(
          valueAndGrad((x: Tensor) => {
            const y = transformGradient(x, tx, { relu: true })
            count = engine().state.activeTape?.length ?? 0
            return sum(y) as Scalar
          })(tensor1d([1])),
        )
        return count
      }
      // The node itself, and the copy of a map that tfjs saves for it.
      expect([nodes(gate()), nodes(half())]).toEqual([2, 2])
    })

    it('leaks nothing when the transformation throws on the way back, and keeps its state', () => {
      expectNoLeak(() => {
        let fail = false
        const moody = () => {
          if (fail) throw new Error('on purpose')
        }
        const counting = gradientTransformation<{ readonly count: number }>({
          init: () => ({ count: 0 }),
          update: (updates, { count }) => [updates, { count: count + 1 }],
          updateThroughRelu: (updates, { count }, y) => {
            const made = treeMap((g, y) => mul(g, y), updates, y)
            moody()
            return [made, { count: count + 1 }]
          },
        })
        const x = tensor1d([1, -2])
        const site = featureSite(chain(counting, gate()))
        gradOf((x) => site(x, { relu: true }), x, 1)
        fail = true
        expect(() => gradOf((x) => site(x, { relu: true }), x, 1)).toThrow('on purpose')
        fail = false
        gradOf((x) => site(x, { relu: true }), x, 1)
        expect(site.state?.[0]).toEqual({ count: 2 })
        site.dispose()
        expect(() => site(x, { relu: true })).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
        const whole = tensor1d([1], 'int32')
        expect(() => transformGradient(whole, gate(), { relu: true })).toThrow(
          expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
        )
        disposeTree([x, whole])
      })
    })
  })
})
