import { convolutionBackward, denseBackward, reluMaxPool } from '@gg/backprop'
import { disposeTree, valueAndGrad } from '@gg/core'
import { expectNoLeak, onBackends, readVectors } from '@gg/testing'
import {
  add,
  conv2d,
  mul,
  type Rank,
  type Scalar,
  sum,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'

type Numbers = readonly number[]
type Pair = readonly [number, number]
type Pad = 'same' | 'valid'
interface Gradients {
  readonly dz: Numbers
  readonly dkernel: Numbers
  readonly dbias: Numbers
}
interface Convolution extends Gradients {
  readonly x: Numbers
  readonly w: Numbers
  readonly y: Numbers
  readonly strides: Pair
  readonly pad: Pad
}
interface Dense extends Gradients {
  readonly batch: number
  readonly inputs: number
  readonly units: number
}
interface Pool {
  readonly shape: Numbers
  readonly window: Pair
  readonly strides: Pair
  readonly pad: Pad
  readonly shift: number
  readonly steps: boolean
  readonly y: Numbers
  readonly z: Numbers
  readonly dS: Numbers
}
const vectors = readVectors<{
  readonly convolutions: readonly Convolution[]
  readonly denses: readonly Dense[]
  readonly pools: readonly Pool[]
}>('backprop')
const titled = <C extends object>(cases: readonly C[]) =>
  cases.map(
    (c, i) => [`${i} ${JSON.stringify(c, (_, v) => (Array.isArray(v) && v.length > 4 ? undefined : v))}`, c] as const,
  )

// Sums of up to 60 float32 products of size 1 may be off by 60 · 2⁻²⁴ = 4e-6, however small they come out.
const tolerance = { atol: 4e-6 }

onBackends(() => {
  describe('as PyTorch has it in float64:', () => {
    it.each(titled(vectors.convolutions))('convolutionBackward %s', (_, c) => {
      expectNoLeak(() => {
        const z = numbersOf<Rank.R4>(c.x, 1)
        const kernel = numbersOf<Rank.R4>(c.w, 2)
        const bias = numbersOf<Rank.R1>([c.w[3]!], 3)
        const dS = numbersOf<Rank.R4>(c.y, 4)
        const { strides, pad } = c
        const found = convolutionBackward({ z, kernel, dS }, { strides, pad })
        const loss = (at: { z: Tensor4D; kernel: Tensor4D; bias: Tensor1D }) =>
          sum(mul(add(conv2d(at.z, at.kernel, [...strides], pad), at.bias), dS)) as Scalar
        const { value, grads } = valueAndGrad(loss)({ z, kernel, bias })
        for (const name of ['dz', 'dkernel', 'dbias'] as const) {
          expect(found[name], name).toBeAllClose(c[name], tolerance)
          expect(found[name], name).toBeAllClose(grads[name.slice(1) as 'z'], tolerance)
        }
        disposeTree([z, kernel, bias, dS, found, value, grads])
      })
    })

    it.each(titled(vectors.denses))('denseBackward %s', (_, c) => {
      expectNoLeak(() => {
        const z: Tensor2D = numbersOf([c.batch, c.inputs], 5)
        const kernel: Tensor2D = numbersOf([c.inputs, c.units], 6)
        const dS: Tensor2D = numbersOf([c.batch, c.units], 8)
        const found = denseBackward({ z, kernel, dS })
        for (const name of ['dz', 'dkernel', 'dbias'] as const)
          expect(found[name], name).toBeAllClose(c[name], tolerance)
        disposeTree([z, kernel, dS, found])
      })
    })

    it.each(titled(vectors.pools))('reluMaxPool %s', (_, { shape, window, strides, pad, shift, steps, y, z, dS }) => {
      expectNoLeak(() => {
        const s = numbersOf<Rank.R4>(shape, 9, { scale: 2, shift, steps })
        const weights = numbersOf(y, 10)
        const forward = reluMaxPool(s, window, { strides, pad })
        const loss = (at: Tensor4D) => sum(mul(reluMaxPool(at, window, { strides, pad }), weights)) as Scalar
        const { value, grads } = valueAndGrad(loss)(s)
        expect(forward.shape).toEqual(y)
        // Numbers are only chosen, so there is no rounding to allow for but that of the file's ten digits.
        expect(forward).toBeAllClose(z, { rtol: 1e-7, atol: 0 })
        expect(grads).toBeAllClose(dS, { rtol: 1e-6, atol: 0 })
        disposeTree([s, weights, forward, value, grads])
      })
    })
  })
})
