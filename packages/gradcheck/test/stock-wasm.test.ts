// WASM as tfjs ships it: this file must not import what registers the kernels of this project.
import '@tensorflow/tfjs-backend-wasm'
import { checkGradient, expectGradient } from '@gg/gradcheck'
import { expectNoLeak } from '@gg/testing/expect-no-leak'
import { dispose, maxPool, ready, setBackend, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { numbers } from '../scripts/known-functions.mjs'

beforeAll(async () => {
  await setBackend('wasm')
  await ready()
})

const pool = (x: Tensor) => maxPool(x as Tensor4D, 2, 2, 'valid')

describe("the stock WASM backend's MaxPoolGrad", () => {
  it('is right where each window has a number above 0', () => {
    expectNoLeak(() => {
      const x = numbers([2, 4, 4, 3], 1, 1, 2)
      expectGradient(pool, x)
      dispose(x)
    })
  })

  it('is found to be wrong where a maximum is below 0', () => {
    expectNoLeak(() => {
      const x = numbers([2, 4, 4, 3], 1, 1, -2)
      const report = checkGradient(pool, x)
      expect(report.ok).toBe(false)
      expect(report.worst?.relativeError).toBe(1)
      dispose(x)
    })
  })
})
