import '@gg/wasm-kernels/register'
import { ready, setBackend } from '@tensorflow/tfjs-core'
import { beforeAll } from 'vitest'

/** Runs the tests of a file on the WASM backend with the kernels of this package. */
export function onWasm(): void {
  beforeAll(async () => {
    await setBackend('wasm')
    await ready()
  })
}
