import {
  chain,
  disposeTree,
  featureSite,
  type GradientTransformation,
  gradientTransformation,
  identity,
  injectHyperparams,
  requireParams,
  stateless,
  statelessWithTreeMap,
  type Tree,
  transformGradient,
  treeMap,
  valueAndGrad,
} from '@gg/core'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  engine,
  mul,
  ones,
  type Scalar,
  scalar,
  square,
  sum,
  type Tensor,
  tensor1d,
  tensor4d,
  tidy,
  variable,
  variableGrads,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const scale = (factor: number) => statelessWithTreeMap((update) => mul(update, factor))
const timesParams = stateless((updates, params) => treeMap(mul, updates, requireParams('timesParams', params)))
const momentum = () =>
  gradientTransformation<{ readonly velocity: Tree }>({
    init: (params) => ({ velocity: treeMap(zerosLike, params) }),
    update: (updates, state) => {
      const velocity = treeMap((g, v) => add(g, mul(v, 0.5)), updates, state.velocity)
      return [velocity, { velocity }]
    },
  })
const gradOf = (at: (x: Tensor) => Tensor, x: Tensor, factor = 1) =>
  tidy(() => {
    const { grads } = valueAndGrad((x: Tensor) => sum(mul(at(x), factor)) as Scalar)(x)
    return Array.from(grads.dataSync())
  })

onBackends(() => {
  describe('transformGradient', () => {
    it('is the identity forward and transforms on the way back, with the feature map as params', () => {
      expectNoLeak(() => {
        const x = tensor1d([1, -2, 3])
        const y = transformGradient(x, chain(scale(10), timesParams))
        expect(y).toBeAllClose([1, -2, 3])
        expect(y).not.toBe(x)
        y.dispose()
        expect(gradOf((x) => transformGradient(square(x), timesParams), x)).toEqual([2, -16, 54])
        expect(gradOf((x) => transformGradient(x, chain(scale(10), timesParams)), x)).toEqual([10, -20, 30])
        x.dispose()
      })
    })

    it('puts no more on the tape for a long chain than for a short one', () => {
      const nodes = (tx: GradientTransformation): number => {
        const counts: number[] = []
        valueAndGrad((x: Tensor) => {
          const y = transformGradient(x, tx)
          counts.push(engine().state.activeTape?.length ?? 0)
          return sum(y) as Scalar
        })(tensor1d([1]))
        return counts[0] ?? 0
      }
      // Two: the node itself, and the copy of the feature map that tfjs saves for it.
      expect(nodes(identity())).toBe(2)
      expect(nodes(chain(scale(2), scale(3), timesParams))).toBe(2)
    })

    it('refuses a state that nobody would own, and features that have no gradient', () => {
      expectNoLeak(() => {
        const x = tensor1d([1])
        const n = tensor1d([1], 'int32')
        expect(() => transformGradient(x, momentum())).toThrow(/must have no state.*featureSite\(tx\)/)
        expect(() => transformGradient(n, identity())).toThrow(/must be float32, got int32/)
        disposeTree([x, n])
      })
    })

    it('leaks nothing when the transformation throws on the way back', () => {
      expectNoLeak(() => {
        const x = tensor1d([1])
        const failing = stateless(() => {
          throw new Error('on purpose')
        })
        expect(() => gradOf((x) => transformGradient(mul(x, 2), failing), x)).toThrow('on purpose')
        x.dispose()
      })
    })

    it('works under tfjs’ own variableGrads', () => {
      const w = variable(tensor1d([2]))
      const { grads } = variableGrads(() => sum(transformGradient(mul(w, 3), scale(0.5))) as Scalar, [w])
      expect(grads[w.name]).toBeAllClose([1.5])
    })
  })

  describe('featureSite', () => {
    it('keeps its state from one backward pass to the next', () => {
      expectNoLeak(() => {
        const x = tensor1d([1, 2])
        const site = featureSite(momentum())
        expect(site.state).toBeUndefined()
        expect([1, 2, 3].map(() => gradOf(site, x)[0])).toEqual([1, 1.5, 1.75])
        expect((site.state as { velocity: Tensor }).velocity).toBeAllClose([1.75, 1.75])
        site.dispose()
        x.dispose()
      })
    })

    it('counts backward passes, not forward ones', () => {
      const x = tensor1d([1])
      const site = featureSite(injectHyperparams(({ f }) => scale(f), { f: (count) => count }))
      site(x).dispose()
      expect([gradOf(site, x), gradOf(site, x), gradOf(site, x)]).toEqual([[0], [1], [2]])
      site(x).dispose()
      expect(site.state?.count).toBe(3)
      site.dispose()
    })

    it('may be used at several places of one pass', () => {
      const site = featureSite(injectHyperparams(({ f }) => scale(f), { f: (count) => count + 1 }))
      // Backward the second use comes first: ×1, then ×2.
      expect(gradOf((x) => site(mul(site(x), 5)), tensor1d([1]))).toEqual([10])
      site.dispose()
    })

    it('continues from a saved state', async () => {
      const x = tensor1d([1, 2])
      const [a, b] = [featureSite(momentum()), featureSite(momentum())]
      expect(await a.save()).toBeUndefined()
      gradOf(a, x)
      const saved = await a.save()
      if (saved !== undefined) b.restore(saved)
      expect(await b.save()).toEqual(saved)
      expect(gradOf(b, x, 3)).toEqual(gradOf(a, x, 3))
      expect(gradOf(b, x)).toEqual(gradOf(a, x))
      disposeTree([x])
      a.dispose()
      b.dispose()
    })

    it('says when a saved state does not fit, and when the shape changes', () => {
      expectNoLeak(() => {
        const [x, longer] = [tensor1d([1, 2]), tensor1d([1, 2, 3])]
        const site = featureSite(momentum())
        gradOf(site, x)
        expect(() => gradOf(site, longer)).toThrow(
          /must keep the shape \[2\].*got \[3\], and the state has \[2\] at 'velocity' where \[3\] is needed/,
        )
        expect(gradOf(site, x)[0]).toBe(1.5)
        const other = featureSite(momentum())
        other.restore({ values: {}, arrays: {} })
        expect(() => gradOf(other, x)).toThrow(/no tensor at 'velocity'/)
        other.dispose()
        site.dispose()
        disposeTree([x, longer])
      })
    })

    it('takes batches of any size when the state has no tensor but scalars', () => {
      expectNoLeak(() => {
        const [x, longer] = [tensor1d([1, 2]), tensor1d([1, 2, 3])]
        const lastSum = gradientTransformation<{ readonly total: Tensor }>({
          init: () => ({ total: scalar(0) }),
          update: (updates) => [updates, { total: sum(updates as Tensor) }],
        })
        const site = featureSite(lastSum)
        for (const features of [x, longer]) {
          gradOf(site, features)
          expect(site.state?.total.dataSync()[0]).toBe(features.size)
        }
        site.dispose()
        disposeTree([x, longer])
      })
    })

    it('takes batches of any size when the tensors of the state do not depend on the batch', () => {
      expectNoLeak(() => {
        const perChannel = gradientTransformation<{ readonly total: Tensor }>({
          init: (params) => ({ total: zeros([(params as Tensor).shape.at(-1) ?? 1]) }),
          update: (updates, { total }) => [updates, { total: add(total, sum(updates as Tensor, 0)) }],
        })
        const batches = [3, 2, 3, 1].map((batch) => ones([batch, 2]))
        const wider = ones([3, 4])
        const site = featureSite(perChannel)
        for (const batch of batches) gradOf(site, batch)
        expect(site.state?.total).toBeAllClose([9, 9])
        expect(() => gradOf(site, wider)).toThrow(
          /must keep the shape \[3,2\].*got \[3,4\], and the state has \[2\] at 'total' where \[4\] is needed/,
        )
        gradOf(site, batches[0]!)
        expect(site.state?.total).toBeAllClose([12, 12])
        site.dispose()
        disposeTree([...batches, wider])
      })
    })

    it('refuses a batch of another size for a state that has taken the size of the batch since', () => {
      expectNoLeak(() => {
        const last = gradientTransformation<{ readonly last: Tensor }>({
          init: () => ({ last: scalar(0) }),
          update: (updates) => [updates, { last: updates as Tensor }],
        })
        const [x, longer] = [tensor1d([1, 2]), tensor1d([1, 2, 3])]
        const site = featureSite(last)
        gradOf(site, x)
        expect(() => gradOf(site, longer)).toThrow(/the state has \[2\] at 'last' where \[\] is needed/)
        site.dispose()
        disposeTree([x, longer])
      })
    })

    it('cannot be used after dispose', () => {
      const site = featureSite(identity())
      site.dispose()
      expect(() => site(tensor1d([1]))).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
    })

    it('leaves nothing behind when the transformation throws, and keeps its state', () => {
      expectNoLeak(() => {
        const x = tensor4d([1, 2, 3, 4], [1, 2, 2, 1])
        let fail = false
        const moody = stateless((updates) => {
          if (fail) throw new Error('on purpose')
          return updates
        })
        const site = featureSite(chain(momentum(), moody))
        gradOf(site, x)
        fail = true
        expect(() => gradOf(site, x)).toThrow('on purpose')
        fail = false
        expect(gradOf(site, x)[0]).toBe(1.5)
        site.dispose()
        x.dispose()
      })
    })
  })
})
