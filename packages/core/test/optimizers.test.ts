import {
  applyUpdates,
  chain,
  createOptimizer,
  disposeTree,
  gradientTransformation,
  injectHyperparams,
  loadState,
  saveState,
  setHyperparams,
  stateless,
  statelessWithTreeMap,
  type Tree,
  toTfOptimizer,
  treeMap,
  valueAndGrad,
} from '@gg/core'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  memory,
  mul,
  type Scalar,
  scalar,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { describe, expect, it } from 'vitest'

const descend = (rate: number) => statelessWithTreeMap((update) => mul(update, -rate))
type VelocityState = { readonly count: number; readonly velocity: Tree }
const momentum = (decay = 0.5) =>
  gradientTransformation<VelocityState>({
    init: (params) => ({ count: 0, velocity: treeMap(zerosLike, params) }),
    update: (updates, { count, velocity }) => {
      const next = treeMap((g, v) => add(g, mul(v, decay)), updates, velocity)
      return [next, { count: count + 1, velocity: next }]
    },
  })
const sgd = () => chain(momentum(), descend(0.1))
const squares = ({ w }: { readonly w: Tensor }) => sum(square(w)) as Scalar

onBackends(() => {
  describe('createOptimizer', () => {
    it('does what the loop written by hand does, and leaves nothing', () => {
      expectNoLeak(() => {
        const optimizer = createOptimizer(sgd(), { w: tensor1d([1, -2]) })
        const tx = sgd()
        let params = { w: tensor1d([1, -2]) as Tensor }
        let state = tx.init(params)
        for (let i = 0; i < 5; i++) {
          optimizer.minimize(squares).dispose()
          const { value, grads } = valueAndGrad(squares)(params)
          const [updates, next] = tx.update(grads, state, params)
          const moved = applyUpdates(params, updates)
          disposeTree([value, grads, updates, params, state])
          params = moved
          state = next
        }
        expect(Array.from(optimizer.params.w.dataSync())).toEqual(Array.from(params.w.dataSync()))
        expect(optimizer.state[0].count).toBe(5)
        optimizer.dispose()
        disposeTree([params, state])
      })
    })

    it('holds params and state only, also within a scope of tfjs', () => {
      expectNoLeak(() => {
        const before = memory().numTensors
        const optimizer = tidy(() => createOptimizer(sgd(), { w: tensor1d([1, -2]) }) as never) as ReturnType<
          typeof createOptimizer<
            { readonly w: Tensor },
            readonly [VelocityState, object & { readonly [name: string]: never }]
          >
        >
        for (let i = 0; i < 3; i++) tidy(() => void optimizer.minimize(squares))
        expect(memory().numTensors - before).toBe(2)
        expect(optimizer.params.w.isDisposed).toBe(false)
        optimizer.dispose()
      })
    })

    it('lets aux out', () => {
      const optimizer = createOptimizer(sgd(), { w: tensor1d([3]) })
      const { value, aux } = optimizer.minimizeWithAux((params) => [squares(params), { w: params.w }] as const)
      expect([value, aux.w]).toBeAllClose([9, 3])
      optimizer.dispose()
    })

    it('changes nothing when a step throws', () => {
      expectNoLeak(() => {
        let fail = false
        const moody = stateless((updates) => {
          if (fail) throw new Error('on purpose')
          return updates
        })
        const optimizer = createOptimizer(chain(momentum(), moody), { w: tensor1d([1]) })
        const { params, state } = optimizer
        fail = true
        expect(() => optimizer.minimize(squares)).toThrow('on purpose')
        expect(() => optimizer.minimizeWithAux((p) => [squares(p), p.w] as const)).toThrow('on purpose')
        expect(optimizer.params).toBe(params)
        expect(optimizer.state).toBe(state)
        expect(params.w).toBeAllClose([1])
        optimizer.dispose()
      })
    })

    it('lets the learning rate be read and set', () => {
      expectNoLeak(() => {
        const tx = injectHyperparams(({ learningRate }) => chain(momentum(0), descend(learningRate)), {
          learningRate: 0.1,
        })
        const optimizer = createOptimizer(tx, { w: tensor1d([1]) })
        optimizer.minimize(squares).dispose()
        expect(optimizer.params.w).toBeAllClose([0.8])
        expect(optimizer.state.hyperparams.learningRate).toBe(0.1)
        optimizer.updateState((state) => setHyperparams(state, { learningRate: 0.5 }))
        optimizer.minimize(squares).dispose()
        expect(optimizer.params.w).toBeAllClose([0])
        optimizer.dispose()
      })
    })

    it('continues bit for bit from a copy', async () => {
      const make = () => createOptimizer(sgd(), { w: tensor1d([1, -2]) })
      const [a, b] = [make(), make()]
      tidy(() => void a.minimize(squares))
      const saved = await a.save()
      b.restore(JSON.parse(JSON.stringify(saved), (_, v) => (v?.data ? { ...v, data: Object.values(v.data) } : v)))
      tidy(() => void a.minimize(squares))
      tidy(() => void b.minimize(squares))
      expect(await b.save()).toEqual(await a.save())
      a.dispose()
      b.dispose()
      expect(() => a.params).toThrow(expect.objectContaining({ code: 'DISPOSED' }))
    })

    it('keeps what it has when a copy does not fit', async () => {
      const a = createOptimizer(sgd(), { w: tensor1d([1, -2]) })
      const b = createOptimizer(sgd(), { w: tensor1d([1]) })
      const saved = await b.save()
      const before = memory().numTensors
      expect(() => a.restore(saved)).toThrow(/float32 \[1\] at 'w' where float32 \[2\] is expected/)
      expect(memory().numTensors).toBe(before)
      expect(a.params.w).toBeAllClose([1, -2])
      a.dispose()
      b.dispose()
    })
  })

  describe('saveState and loadState', () => {
    it('keep every kind of value through JSON', async () => {
      const state = {
        n: -0.5,
        best: Number.POSITIVE_INFINITY,
        nan: Number.NaN,
        name: 'adam',
        on: true,
        none: null,
        t: [tensor1d([1, 2]), tensor1d([3, 4], 'int32'), tensor1d([1, 0], 'bool')],
      } as const
      const saved = await saveState(state)
      const again = loadState({ values: JSON.parse(JSON.stringify(saved.values)), arrays: saved.arrays }, state)
      expect({ ...again, t: null }).toEqual({ ...state, t: null })
      expect(again.t.map((t) => [t.dtype, ...t.dataSync()])).toEqual([
        ['float32', 1, 2],
        ['int32', 3, 4],
        ['bool', 1, 0],
      ])
      expect(Object.keys(saved.arrays)).toEqual(['t/0', 't/1', 't/2'])
      disposeTree([state, again])
    })

    it('name all that does not fit, and leak nothing', async () => {
      const state = { a: tensor1d([1]), b: 2 }
      const saved = await saveState({ a: tensor1d([1], 'int32'), c: 3 })
      expectNoLeak(() => {
        expect(() => loadState(saved, state)).toThrow(
          /int32 \[1\] at 'a' where float32 \[1\] is expected; no value at 'b'; unexpected 'c'/,
        )
      })
      await expect(saveState({ 'a/b': 1, a: { b: 2 } })).rejects.toThrow(/two leaves at 'a\/b'/)
      await expect(saveState(tensor(['text']) as Tensor)).rejects.toThrow(/got string at the root/)
    })
  })

  describe('toTfOptimizer', () => {
    const data = () => {
      const x = tensor2d(
        Array.from({ length: 64 }, (_, i) => Math.sin(i)),
        [32, 2],
      )
      return { x, y: tidy(() => sub(mul(slice(x, [0, 0], [-1, 1]), 2), slice(x, [0, 1], [-1, 1]))) }
    }
    const regression = () => {
      const model = layers.sequential()
      model.add(
        layers.layers.dense({
          units: 8,
          inputShape: [2],
          kernelInitializer: layers.initializers.glorotNormal({ seed: 1 }),
        }),
      )
      model.add(layers.layers.dense({ units: 1, kernelInitializer: layers.initializers.glorotNormal({ seed: 2 }) }))
      return model
    }

    it('trains a model of tf.layers with fit', async () => {
      const model = regression()
      const optimizer = toTfOptimizer(sgd())
      model.compile({ optimizer, loss: 'meanSquaredError' })
      const { x, y } = data()
      await model.fit(x, y, { epochs: 1, batchSize: 8, verbose: 0 })
      const before = memory().numTensors
      const { history } = await model.fit(x, y, { epochs: 40, batchSize: 8, verbose: 0 })
      expect(memory().numTensors).toBe(before)
      const losses = history['loss'] as number[]
      expect(losses.at(-1)).toBeLessThan(1e-3)
      expect(optimizer.iterations).toBe(41 * 4)
      model.dispose()
      optimizer.dispose()
      disposeTree([x, y])
    })

    it('keeps its state by name, whatever the order of the gradients', () => {
      const [a, b] = [variable(scalar(1), true, 'order/a'), variable(scalar(1), true, 'order/b')]
      const optimizer = toTfOptimizer(chain(momentum(1), descend(1)))
      optimizer.applyGradients([
        { name: 'order/a', tensor: scalar(1) },
        { name: 'order/b', tensor: scalar(0) },
      ])
      optimizer.applyGradients({ 'order/b': scalar(0), 'order/a': scalar(0) })
      expect([a, b]).toBeAllClose([-1, 1])
      expect(() => optimizer.applyGradients({ 'order/a': scalar(1) })).toThrow(
        /must stay the same, got \{order\/a\} after/,
      )
      expect(() => optimizer.applyGradients({ nobody: scalar(1) })).toThrow(/got 'nobody', which is no variable/)
      disposeTree([a, b])
      optimizer.dispose()
    })

    it('hands its state out and takes it back', async () => {
      const w = variable(scalar(1), true, 'weights/w')
      const step = (optimizer: ReturnType<typeof toTfOptimizer>) => {
        optimizer.minimize(() => square(w), false, [w])
        return w.dataSync()[0]
      }
      const first = toTfOptimizer(sgd())
      step(first)
      const weights = await first.getWeights()
      expect(weights.map(({ name }) => name)).toEqual(['iter', '0/count', '0/velocity/weights/w'])
      const middle = w.clone()
      const expected = step(first)
      w.assign(middle)
      const second = toTfOptimizer(sgd())
      await second.setWeights(weights)
      expect(step(second)).toBe(expected)
      expect(second.iterations).toBe(2)
      const wrong = toTfOptimizer(sgd())
      await wrong.setWeights(weights.slice(0, 2))
      expect(() => step(wrong)).toThrow(/no tensor at '0\/velocity\/weights\/w'/)
      expect(() => first.getConfig()).toThrow(/includeOptimizer: false/)
      w.dispose()
    })
  })
})
