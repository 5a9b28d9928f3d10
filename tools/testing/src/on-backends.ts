import '@gg/wasm-kernels/register'
import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'
import { ready, setBackend } from '@tensorflow/tfjs-core'
import { beforeAll, describe } from 'vitest'

/** The backends that every machine has. */
export const BACKENDS = ['cpu', 'wasm'] as const

/** Runs one suite on each backend; the WASM backend has the kernels of `@gg/wasm-kernels`. */
export function onBackends(suite: (backend: (typeof BACKENDS)[number]) => void): void {
  describe.each(BACKENDS)('on %s', (backend) => {
    beforeAll(async () => {
      await setBackend(backend)
      await ready()
    })
    suite(backend)
  })
}
