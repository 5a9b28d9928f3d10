import { checkGradient, expectGradient, GradientCheckError, numericalGradient } from '@gg/gradcheck'
import {
  KernelBackend,
  registerBackend,
  removeBackend,
  setBackend,
  square,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A backend by that name on which nothing can be read. */
class Unreadable extends KernelBackend {
  override dispose(): void {}
}

describe('on webgpu in Node', () => {
  const x = tensor1d([1, 2])
  beforeAll(async () => {
    registerBackend('webgpu', () => new Unreadable())
    await setBackend('webgpu')
  })
  afterAll(async () => {
    await setBackend('cpu')
    removeBackend('webgpu')
  })

  it.each([
    ['checkGradient', () => checkGradient((x: Tensor) => square(x), x)],
    ['checkGradient', () => expectGradient((x: Tensor) => square(x), x)],
    ['numericalGradient', () => numericalGradient((x: Tensor) => square(x), x)],
  ])('%s says that it cannot read, and where it can', (name, check) => {
    const message =
      `${name}: the backend must let values be read synchronously, got webgpu. Check on another, for instance after ` +
      "`await tf.setBackend('cpu')`; traceGradient works on webgpu."
    expect(check).toThrow(GradientCheckError)
    expect(check).toThrow(expect.objectContaining({ code: 'SYNCHRONOUS_READ', message }))
  })
})
