import '@gg/wasm-kernels/register'
import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'
import { ready, setBackend } from '@tensorflow/tfjs-core'
import { beforeAll, describe } from 'vitest'

/** The backends that every machine has, and those that one may have besides. */
export type TestBackend = 'cpu' | 'wasm' | 'tensorflow'

const asked = (process.env['GG_TEST_BACKENDS'] ?? 'cpu,wasm').split(',').map((name) => name.trim())

/**
 * The backends that suites run on: cpu and wasm, which every machine has. `GG_TEST_BACKENDS=cpu,wasm,tensorflow` asks
 * for others, by their names with commas between; libtensorflow is looked for as `@gg/native` does.
 */
export const BACKENDS: readonly TestBackend[] = asked.filter((name): name is TestBackend => name !== 'webgpu')

/** Whether `webgpu` is among them: nothing can be read synchronously there, so it has suites of its own. */
export const ON_WEBGPU: boolean = asked.includes('webgpu')

/** Runs one suite on each backend; the WASM backend has the kernels of `@gg/wasm-kernels`. */
export function onBackends(suite: (backend: TestBackend) => void): void {
  describe.each(BACKENDS)('on %s', (backend) => {
    beforeAll(async () => {
      if (backend === 'tensorflow') {
        const { startTensorflow } = await import('@gg/native')
        await startTensorflow()
      }
      await setBackend(backend)
      await ready()
    }, 120_000)
    suite(backend)
  })
}
