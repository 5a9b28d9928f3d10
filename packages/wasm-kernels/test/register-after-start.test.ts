import '@tensorflow/tfjs-backend-wasm'
import { KERNEL_NAMES, registerWasmKernels } from '@gg/wasm-kernels'
import { conv2d, engine, getKernel, matMul, ready, setBackend, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { wave } from './wave.ts'

// A process of its own: here the backend starts, and works, before the kernels come.
test('kernels may come after the backend has started, more than once', async () => {
  await setBackend('wasm')
  await ready()
  const a = wave([3, 4], 1)
  const stock = matMul(a, a, true, false).dataSync()
  expect(getKernel('Conv2DBackpropFilter', 'wasm')).toBeUndefined()

  registerWasmKernels()
  const first = KERNEL_NAMES.map((name) => getKernel(name, 'wasm').kernelFunc)
  expect(matMul(a, a, true, false)).toBeAllClose(stock)
  tidy(() => {
    const x = wave([1, 4, 4, 1], 1) as Tensor4D
    const dy = conv2d(x, wave([3, 3, 1, 1], 2) as Tensor4D, 1, 'valid')
    const attrs = { strides: 1, pad: 'valid', dataFormat: 'NHWC', filterShape: [3, 3, 1, 1] }
    const dw = engine().runKernel('Conv2DBackpropFilter', { x, dy }, attrs)
    expect('shape' in dw && dw.shape).toEqual([3, 3, 1, 1])
  })

  registerWasmKernels()
  expect(KERNEL_NAMES.map((name) => getKernel(name, 'wasm').kernelFunc)).toEqual(first)
})
