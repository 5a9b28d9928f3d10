import {
  applyUpdates,
  chain,
  disposeTree,
  freeze,
  gradientTransformation,
  identity,
  incrementalUpdate,
  injectHyperparams,
  masked,
  namedChain,
  partition,
  setHyperparams,
  setToZero,
  stateless,
  statelessWithTreeMap,
  type Tree,
  treeMap,
  withExtraArgs,
} from '@gg/core'
import { expectNoLeak, onBackends } from '@gg/testing'
import { mul, scalar, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, expectTypeOf, it } from 'vitest'

const scale = (factor: number) => statelessWithTreeMap((update) => mul(update, factor))
const count = () =>
  gradientTransformation<{ readonly count: number }>({
    init: () => ({ count: 0 }),
    update: (updates, state) => [updates, { count: state.count + 1 }],
  })
const failing = (message: string) =>
  stateless(() => {
    throw new Error(message)
  })

onBackends(() => {
  describe('chain', () => {
    it('applies its parts in order, as a loop written by hand does', () => {
      expectNoLeak(() => {
        const parts = [scale(2), statelessWithTreeMap((u) => mul(u, u)), scale(-1)] as const
        const grads = { w: tensor1d([1, -3]) }
        const tx = chain(...parts)
        const [updates] = tx.update(grads, tx.init(grads))
        expect(updates.w).toBeAllClose([-4, -36])
        disposeTree([grads, updates])
      })
    })

    it('has a tuple of states with their types', () => {
      const tx = chain(count(), identity())
      expectTypeOf(tx.init(scalar(0))).toEqualTypeOf<
        readonly [{ readonly count: number }, { readonly [name: string]: never }]
      >()
      expect(tx.init(zeros([]))).toEqual([{ count: 0 }, {}])
      expect(chain().init(zeros([]))).toEqual([])
    })

    it('says when a state is not its own', () => {
      const tx = chain(identity(), identity())
      expect(() => tx.update(zeros([1]), [{}] as never)).toThrow(/chain: `state` must have 2 entries.*got 1/)
    })

    it('leaks nothing when a part throws', () => {
      expectNoLeak(() => {
        const grads = tensor1d([1])
        const tx = chain(scale(2), failing('on purpose'))
        expect(() => tx.update(grads, tx.init(grads))).toThrow('on purpose')
        grads.dispose()
      })
    })
  })

  describe('namedChain', () => {
    it('keeps states by name and says which one is missing', () => {
      const tx = namedChain({ counter: count(), double: scale(2) })
      expect(tx.init(zeros([]))).toEqual({ counter: { count: 0 }, double: {} })
      expect(() => tx.update(zeros([]), { double: {} } as never)).toThrow(
        /must have an entry 'counter', got \{double\}/,
      )
      expect(() => namedChain({ 1: identity() })).toThrow(/must not be whole numbers, got '1'/)
    })
  })

  describe('masked', () => {
    const params = { conv: { kernel: tensor1d([1]), bias: tensor1d([1]) }, dense: [tensor1d([1])] }
    it.each([
      ['a function of the path', (path: string) => path.endsWith('bias')],
      ['a tree', { conv: { kernel: false, bias: true }, dense: [false] }],
      ['a prefix of a tree', { conv: { kernel: false, bias: true }, dense: false }],
    ])('takes %s', (_, mask) => {
      const tx = masked(setToZero(), mask)
      const [updates] = tx.update(params, tx.init(params))
      expect([updates.conv.kernel, updates.conv.bias, updates.dense[0] as never]).toBeAllClose([1, 0, 1])
    })

    it.each<[string, unknown, RegExp]>([
      ['lacks a name', { conv: true }, /a value at 'dense', got nothing/],
      ['has a surplus name', { conv: true, dense: false, head: true }, /nothing.* at 'head', got a value/],
      [
        'goes deeper than the tree',
        { conv: { kernel: { a: true }, bias: true }, dense: true },
        /at 'conv\/kernel', got \{a\}/,
      ],
    ])('says where a mask %s', (_, mask, message) => {
      expect(() => masked(identity(), mask as never).init(params)).toThrow(message)
    })

    it('shows its inner transformation the chosen leaves only', () => {
      const seen: Tree[] = []
      const spy = stateless((updates) => {
        seen.push(treeMap((leaf) => leaf, updates))
        return updates
      })
      masked(masked(spy, { conv: true, dense: false }), (path) => path !== 'conv/bias').update(params, {})
      expect(Object.keys((seen[0] as { conv: object }).conv)).toEqual(['kernel', 'bias'])
      expect((seen[0] as typeof params).conv.bias).toEqual({})
      expect((seen[0] as typeof params).dense[0]).toEqual({})
    })
  })

  describe('partition', () => {
    const params = { encoder: { w: tensor1d([1]) }, head: tensor1d([1]) }
    it('sends each leaf to its transformation', () => {
      const tx = partition({ a: chain(count(), scale(2)), b: scale(3) }, { encoder: 'a', head: 'b' })
      const state = tx.init(params)
      expect(state).toEqual({ a: [{ count: 0 }, {}], b: {} })
      const [updates, next] = tx.update(params, state)
      expect([updates.encoder.w, updates.head]).toBeAllClose([2, 3])
      expect(next.a[0].count).toBe(1)
    })

    it('says which label has no transformation', () => {
      expect(() => partition({ a: identity() }, () => 'b' as 'a').init(params)).toThrow(
        /must be one of 'a', got 'b' at 'encoder\/w'/,
      )
    })
  })

  describe('freeze', () => {
    it('keeps the chosen weights as they are', () => {
      const params = { a: tensor1d([1]), b: tensor1d([1]) }
      const [updates] = chain(scale(-1), freeze({ a: true, b: false })).update(params, [{}, {}])
      expect(applyUpdates(params, updates).a).toBeAllClose([1])
      expect(applyUpdates(params, updates).b).toBeAllClose([0])
    })
  })

  describe('withExtraArgs', () => {
    it('gives arguments that the caller may override', () => {
      const byExtra = stateless((updates, _, extra) => treeMap((u) => mul(u, Number(extra['factor'])), updates))
      const tx = withExtraArgs(byExtra, () => ({ factor: 2 }))
      expect(tx.update(scalar(1), {})[0]).toBeAllClose([2])
      expect(tx.update(scalar(1), {}, undefined, { factor: 5 })[0]).toBeAllClose([5])
    })
  })

  describe('injectHyperparams', () => {
    const build = ({ rate, factor }: { rate: number; factor: number }) => scale(rate * factor)
    it('asks schedules for each count and keeps numbers', () => {
      const tx = injectHyperparams(build, { rate: (n) => 1 / (n + 1), factor: 6 })
      let state = tx.init(scalar(0))
      const seen: unknown[] = []
      for (let i = 0; i < 3; i++) {
        const [updates, next] = tx.update(scalar(1), state)
        seen.push([updates.dataSync()[0], next.hyperparams.rate, next.count])
        state = next
      }
      expect(seen).toEqual([
        [6, 1, 1],
        [3, 0.5, 2],
        [2, 1 / 3, 3],
      ])
    })

    it('lets numbers be set, and says which names there are', () => {
      const tx = injectHyperparams(build, { rate: 1, factor: 6 })
      const state = setHyperparams(tx.init(scalar(0)), { factor: 7 })
      expect(tx.update(scalar(1), state)[0]).toBeAllClose([7])
      expect(tx.update(scalar(1), state)[1].hyperparams).toEqual({ rate: 1, factor: 7 })
      expect(() => setHyperparams(state, { fctor: 1 } as never)).toThrow(/one of \{rate, factor\}, got 'fctor'/)
    })
  })

  describe('applyUpdates', () => {
    it('adds in the dtype of the parameters', () => {
      expectNoLeak(() => {
        const params = { w: tensor1d([1, 2]), n: tensor1d([3], 'int32') }
        const updates = { w: tensor1d([0.5, -2]), n: tensor1d([1], 'int32') }
        const next = applyUpdates(params, updates)
        expect(next.w).toBeAllClose([1.5, 0])
        expect(next.n.dtype).toBe('int32')
        disposeTree([params, updates, next])
      })
    })

    it('refuses to broadcast', () => {
      const params = { w: tensor2d([[1, 2]]) }
      expectNoLeak(() => {
        const updates = { w: tensor1d([1, 2]) }
        expect(() => applyUpdates(params, updates)).toThrow(/got \[2\] for \[1,2\] at 'w'/)
        disposeTree(updates)
      })
      expect(() => applyUpdates(params, { w: scalar(1) })).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
      expect(() => applyUpdates(scalar(1), tensor1d([1, 2]))).toThrow(/got \[2\] for \[\] at the root/)
    })
  })

  describe('incrementalUpdate', () => {
    it('goes part of the way', () => {
      expect(incrementalUpdate(scalar(10), scalar(2), 0.25)).toBeAllClose([4])
      expect(() => incrementalUpdate(scalar(1), scalar(1), 1.5)).toThrow(/in \[0, 1\], got 1.5/)
    })
  })

  describe('update', () => {
    it('says where params have another shape than the updates', () => {
      expect(() => identity().update({ a: zeros([2]) }, {}, { a: zeros([2, 1]) })).toThrow(
        /must have the shapes of `updates`, got \[2,1\] for \[2\] at 'a'/,
      )
    })

    it('takes a transformation of any state as a GradientTransformation', () => {
      expectTypeOf(chain(count())).toExtend<import('@gg/core').GradientTransformation>()
    })
  })
})
