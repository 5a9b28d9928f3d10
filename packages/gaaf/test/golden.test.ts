import { disposeTree, valueAndGrad } from '@gg/core'
import { accelerate } from '@gg/gaaf'
import { expectNoLeak, numbersOf, onBackends, readVectors } from '@gg/testing'
import {
  add,
  conv2d,
  matMul,
  maxPool,
  mul,
  type Rank,
  reshape,
  type Scalar,
  sum,
  type Tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { accelerated, type NamedOptions } from './accelerated.ts'

type Numbers = readonly number[]
type Case<N extends string> = { readonly activation: string; readonly options: NamedOptions } & {
  readonly [name in N]: Numbers
}

const vectors = readVectors<{
  readonly fixtures: { readonly relu: Numbers; readonly tanh: Numbers }
  readonly activations: readonly Case<'y' | 'dx'>[]
  readonly chains: readonly Case<'y' | 'dx' | 'dkernel' | 'dbias' | 'dw1' | 'db1' | 'dw2' | 'db2'>[]
}>('gaaf')

const titled = <C extends Case<never>>(cases: readonly C[]) =>
  cases.map((c, i) => [`${i} ${c.activation} ${JSON.stringify(c.options)}`, c] as const)

onBackends(() => {
  describe('the derivatives that the method names', () => {
    it.each([
      ['relu', [-1, -0.5, -0.1, 1e-12, 0.5, 1], [0.0759, 0.5, 0.8808, 1.9242, 1.9933, 1.9994]],
      ['tanh', [0, 0.5, 1, 2, 4], [2, 1.7259, 1.1988, 0.4385, 0.0197]],
    ] as const)('of %s', (name, at, given) => {
      const found = tidy(() =>
        accelerate(name)
          .derivative(tensor1d([...at]))
          .dataSync(),
      )
      expect(found).toBeAllClose(vectors.fixtures[name])
      expect(found).toBeAllClose(given, { rtol: 0, atol: 6e-5 }) // four digits are given, and 1.92414 stands as 1.9242
    })
  })

  describe('as in PyTorch:', () => {
    it.each(titled(vectors.activations))('%s', (_, c) => {
      expectNoLeak(() => {
        const phi = accelerated(c.activation, c.options)
        const [x, dy] = [numbersOf([64], 41, 4), numbersOf([64], 42)]
        const { value, grads } = valueAndGrad((x: typeof dy) => sum(mul(phi(x), dy)) as Scalar)(x)
        const y = phi(x)
        expect(y).toBeAllClose(c.y)
        expect(grads).toBeAllClose(c.dx)
        disposeTree([x, dy, value, grads, y])
      })
    })

    it.each(titled(vectors.chains))('conv, activation, pool, dense, activation, dense: %s', (_, c) => {
      expectNoLeak(() => {
        const phi = accelerated(c.activation, c.options)
        const leaves = {
          x: numbersOf<Rank.R4>([2, 8, 8, 2], 15),
          kernel: numbersOf<Rank.R4>([3, 3, 2, 4], 16),
          bias: numbersOf([4], 17, 0.5),
          w1: numbersOf<Rank.R2>([36, 6], 18, 0.5),
          b1: numbersOf([6], 19, 0.5),
          w2: numbersOf<Rank.R2>([6, 3], 20),
          b2: numbersOf([3], 21),
        }
        const loss = ({ x, kernel, bias, w1, b1, w2, b2 }: typeof leaves) => {
          const maps = maxPool(phi(add(conv2d(x, kernel, 1, 'valid'), bias) as Tensor<Rank.R4>), 2, 2, 'valid')
          const y = add(matMul(phi(add(matMul(reshape(maps, [2, 36]), w1), b1)), w2), b2)
          return [sum(mul(y, numbersOf(y.shape, 22))) as Scalar, { y }] as const
        }
        const { value, grads, aux } = valueAndGrad(loss, { hasAux: true })(leaves)
        // Sums of up to 100 float32 products of size 1 may be off by 100 · 2⁻²⁴ = 6e-6, however small they come out.
        const tolerance = { atol: 6e-6 }
        expect(aux.y).toBeAllClose(c.y, tolerance)
        for (const name of ['x', 'kernel', 'bias', 'w1', 'b1', 'w2', 'b2'] as const) {
          expect(grads[name], name).toBeAllClose(c[`d${name}`], tolerance)
        }
        disposeTree([leaves, value, grads, aux])
      })
    })
  })
})
