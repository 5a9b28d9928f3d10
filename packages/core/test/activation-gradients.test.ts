import '@gg/core/register-gradients'
import { expectNoLeak, onBackends } from '@gg/testing'
import { grad, leakyRelu, relu, relu6, sigmoid, type Tensor, tanh, tensor1d, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'

const { NaN: nan } = Number

/** Each at these numbers, with the gradient that PyTorch gives. */
const xs = [-2, -0.5, 0, 0.5, 7, nan, -Infinity, Infinity]
const s = (x: number) => 1 / (1 + Math.exp(-x))
const CASES: readonly (readonly [string, (x: Tensor) => Tensor, number[]])[] = [
  ['relu', relu, [0, 0, 0, 1, 1, 1, 0, 1]],
  ['relu6', relu6, [0, 0, 0, 1, 0, 1, 0, 0]],
  ['leakyRelu', (x) => leakyRelu(x, 0.25), [0.25, 0.25, 0.25, 1, 1, 0.25, 0.25, 1]],
  ['sigmoid', sigmoid, [...xs.slice(0, 5).map((x) => s(x) * (1 - s(x))), nan, 0, 0]],
  ['tanh', tanh, [...xs.slice(0, 5).map((x) => 1 - Math.tanh(x) ** 2), nan, 0, 0]],
]

onBackends(() => {
  describe.each(CASES)('the gradient of %s', (name, f, expected) => {
    test('at numbers, NaN and infinities', () => {
      expectNoLeak(() => {
        const x = tensor1d(xs)
        const dx = grad(f)(x)
        expect(dx).toBeAllClose(expected, { rtol: 1e-5, atol: 2e-6 })
        x.dispose()
        dx.dispose()
      })
    })

    test('takes a NaN in dy where it lets dy through', () => {
      tidy(() => {
        const dx = grad(f)(tensor1d([-1, 1]), tensor1d([nan, nan])).dataSync()
        expect(Array.from(dx, Number.isNaN)).toEqual([!name.startsWith('relu'), true])
      })
    })
  })

  test.each(CASES.slice(0, 3))('%s can be differentiated twice', (_, f) => {
    tidy(() => {
      const square = (x: Tensor): Tensor => grad(f)(x)
      expect(grad(square)(tensor1d([-1, 2]))).toBeAllClose([0, 0])
    })
  })

  test('int32 has one too', () => {
    tidy(() => {
      expect(grad((x: Tensor) => relu(x))(tensor1d([-1, 2], 'int32'), tensor1d([3, 3]))).toBeAllClose([0, 3])
    })
  })
})
