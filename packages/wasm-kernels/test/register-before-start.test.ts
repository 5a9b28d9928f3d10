import '@gg/wasm-kernels/register'
import { getKernel, matMul, ready, setBackend, tidy } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { wave } from './wave.ts'

// A process of its own: here the kernels are there before the backend starts, and stock kernels still get set up.
test('kernels may come before the backend starts', async () => {
  const setups = ['BatchMatMul', '_FusedMatMul', 'Conv2DBackpropInput', 'MaxPool'].map(
    (name) => getKernel(name, 'wasm').setupFunc,
  )
  expect(setups.every((setup) => typeof setup === 'function')).toBe(true)
  await setBackend('wasm')
  await ready()
  tidy(() => {
    const a = wave([2, 3], 1)
    const [x, y, z, u, v, w] = a.dataSync()
    expect(matMul(a, a, false, true)).toBeAllClose([
      x! * x! + y! * y! + z! * z!,
      x! * u! + y! * v! + z! * w!,
      x! * u! + y! * v! + z! * w!,
      u! * u! + v! * v! + w! * w!,
    ])
  })
})
