import { checkpoint } from '@gg/backprop'
import { createOptimizer, disposeTree, featureSite, statelessWithTreeMap, valueAndGrad } from '@gg/core'
import { sgd } from '@gg/optim'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  conv2d,
  engine,
  matMul,
  maxPool,
  mean,
  mul,
  relu,
  reshape,
  type Scalar,
  scalar,
  sigmoid,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tidy,
  topk,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'

const numbers = (tree: { readonly [name: string]: Tensor }) =>
  Object.entries(tree).map(([name, leaf]) => [name, Array.from(leaf.dataSync())])

onBackends(() => {
  describe('checkpoint', () => {
    it('trains a net to bit-identical weights', () => {
      const make = () => ({
        kernel1: numbersOf([3, 3, 1, 4], 1) as Tensor4D,
        kernel2: numbersOf([3, 3, 4, 4], 2, { scale: 0.5 }) as Tensor4D,
        bias: numbersOf([4], 3),
        weights: numbersOf([36, 3], 4, { scale: 0.25 }) as Tensor2D,
      })
      type Params = ReturnType<typeof make>
      const images: Tensor4D = numbersOf([4, 6, 6, 1], 5)
      const targets = numbersOf([4, 3], 6)
      const block = ({
        x,
        kernel1,
        kernel2,
        bias,
      }: {
        x: Tensor4D
        kernel1: Tensor4D
        kernel2: Tensor4D
        bias: Tensor
      }) => {
        const first: Tensor4D = relu(conv2d(x, kernel1, 1, 'same'))
        const second: Tensor4D = relu(add(add(conv2d(first, kernel2, 1, 'same'), bias), first))
        return maxPool(second, 2, 2, 'valid')
      }
      const train = (inner: typeof block) => {
        const optimizer = createOptimizer(sgd(0.05, { momentum: 0.9 }), make())
        const loss = ({ weights, ...rest }: Params) => {
          const maps = inner({ x: images, ...rest })
          return mean(square(sub(matMul(reshape(maps, [4, 36]), weights), targets))) as Scalar
        }
        for (let step = 0; step < 20; step++) tidy(() => void optimizer.minimize(loss))
        const trained = numbers(optimizer.params)
        optimizer.dispose()
        return trained
      }
      expectNoLeak(() => {
        const plain = train(block)
        expect(train(checkpoint(block))).toEqual(plain)
        const start = make()
        expect(plain).not.toEqual(numbers(start))
        disposeTree(start)
      })
      disposeTree([images, targets])
    })

    it('keeps its inputs and nothing of its insides', () => {
      const x = numbersOf([100], 1)
      const saved = (f: (x: Tensor) => Tensor) => {
        const buffers = new Set<object>()
        const { value, grads } = valueAndGrad((at: Tensor) => {
          const y = f(at)
          for (const node of engine().state.activeTape ?? []) for (const t of node.saved ?? []) buffers.add(t.dataId)
          return sum(y) as Scalar
        })(x)
        disposeTree([value, grads])
        return buffers.size
      }
      const f = (at: Tensor) => sigmoid(square(sigmoid(square(sigmoid(at)))))
      // The three sigmoids' outputs, which are the squares' inputs.
      expect(saved(f)).toBe(3)
      expect(saved(checkpoint(f))).toBe(1)
      x.dispose()
    })

    it('may be nested, within and around other gradients, and hold feature sites', () => {
      expectNoLeak(() => {
        const x = tensor1d([0.5, -1])
        const site = featureSite(statelessWithTreeMap((g) => mul(g, 3)))
        const inner = checkpoint((at: Tensor) => sigmoid(square(site(at))))
        const outer = checkpoint((at: Tensor) => square(add(inner(at), at)))
        const plain = (at: Tensor) => square(add(sigmoid(square(site(at))), at))
        const of = (f: (x: Tensor) => Tensor) => valueAndGrad((at: Tensor) => sum(f(mul(at, 2))) as Scalar)(x)
        const [ours, theirs] = [of(outer), of(plain)]
        expect(Array.from(ours.grads.dataSync())).toEqual(Array.from(theirs.grads.dataSync()))
        site.dispose()
        disposeTree([x, ours, theirs])
      })
    })

    it('takes labels, gives zeros for what is not used', () => {
      expectNoLeak(() => {
        const inputs = { w: tensor1d([1, 2]), unused: scalar(4) }
        const labels = tensor1d([0, 1], 'int32')
        const f = checkpoint(({ w, y }: { w: Tensor; unused: Tensor; y: Tensor }) => mul(square(w), y))
        const { value, grads } = valueAndGrad((at: typeof inputs) => sum(f({ ...at, y: labels })) as Scalar)(inputs)
        expect(Array.from(grads.w.dataSync())).toEqual([0, 4])
        expect(Array.from(grads.unused.dataSync())).toEqual([0])
        disposeTree([inputs, labels, value, grads])
      })
    })

    it('leaks nothing when the second run fails, and leaves tfjs in order', () => {
      expectNoLeak(() => {
        const x = tensor1d([1, 2])
        const loss = (f: (at: Tensor) => Tensor) =>
          valueAndGrad((at: Tensor) => sum(checkpoint(f)(square(at))) as Scalar)(x)
        expect(() => loss((at) => topk(square(at)).values)).toThrow(expect.objectContaining({ code: 'NO_GRADIENT' }))
        let runs = 0
        const fails = (at: Tensor) => {
          const y = square(at)
          if (++runs === 2) throw new Error('second run')
          return y
        }
        expect(() => loss(fails)).toThrow('second run')
        const { value, grads } = loss((at) => square(at))
        expect(Array.from(grads.dataSync())).toEqual([4, 32])
        disposeTree([x, value, grads])
      })
    })

    it('is the function itself where nothing is differentiated', () => {
      expectNoLeak(() => {
        const x = tensor1d([3])
        const y = checkpoint((at: Tensor) => square(at))(x)
        expect(Array.from(y.dataSync())).toEqual([9])
        disposeTree([x, y])
      })
    })
  })
})
