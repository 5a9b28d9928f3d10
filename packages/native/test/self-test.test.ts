import { selfTest } from '@gg/native'
import { onBackends, readVectors } from '@gg/testing'
import {
  getBackend,
  getKernel,
  memory,
  mul,
  registerKernel,
  type Tensor,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { SELF_TEST_NUMBERS } from '../src/self-test-numbers.ts'

it('holds the numbers of the generator', () => {
  expect(SELF_TEST_NUMBERS).toEqual(readVectors<{ gradients: unknown }>('native').gradients)
})

onBackends((backend) => {
  it('passes, to the precision of float32, and leaves nothing', async () => {
    const before = memory().numTensors
    const { passed, error, reason } = await selfTest()
    expect({ passed, reason }).toEqual({
      passed: true,
      reason: 'the gradients of a small convolutional network are those of PyTorch',
    })
    expect(error).toBeLessThan(1e-6)
    expect(memory().numTensors).toBe(before)
  })

  const inputs = { Conv2DBackpropFilter: 'x', Conv2DBackpropInput: 'filter', MaxPoolGrad: 'dy', Relu: 'x' }
  it.each(Object.entries(inputs))('finds a %s whose %s is a hundredth too large', async (name, input) => {
    expect(getBackend()).toBe(backend)
    const kernel = getKernel(name, backend)
    const before = memory().numTensors
    unregisterKernel(name, backend)
    registerKernel({
      ...kernel,
      kernelFunc: (args) =>
        tidy(() => {
          const wrong = mul(args.inputs[input] as Tensor, 1.01)
          return kernel.kernelFunc({ ...args, inputs: { ...args.inputs, [input]: wrong } }) as Tensor
        }),
    })
    const { passed, reason } = await selfTest().finally(() => {
      unregisterKernel(name, backend)
      registerKernel(kernel)
    })
    expect(passed).toBe(false)
    expect(reason).toMatch(/^the gradient of '\w+' in a small convolutional network is off by 0\.0\d+ of its largest$/)
    expect(memory().numTensors).toBe(before)
  })

  it('says which kernel is missing', async () => {
    const kernel = getKernel('MaxPoolGrad', backend)
    unregisterKernel('MaxPoolGrad', backend)
    const { passed, reason } = await selfTest().finally(() => registerKernel(kernel))
    expect(passed).toBe(false)
    expect(reason).toContain("Kernel 'MaxPoolGrad' not registered")
  })
})
