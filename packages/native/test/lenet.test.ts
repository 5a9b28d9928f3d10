import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { library, NEEDS } from './library.ts'

type Training = { readonly losses: readonly number[]; readonly grown: number }
type Refusal = { readonly code: string; readonly message: string }

async function train(backend: string, steps: number): Promise<Training | Refusal> {
  const program = fileURLToPath(new URL('train-lenet.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, backend, String(steps)], {
    timeout: 240_000,
  })
  return JSON.parse(stdout)
}

// The programs run from the builds, as a user's would.
describe('a LeNet trains as on WASM', () => {
  let wasm: readonly number[] = []
  beforeAll(async () => {
    wasm = ((await train('wasm', 6)) as Training).losses
    expect(wasm[5]).toBeLessThan((wasm[0] as number) / 2)
  }, 60_000)

  it.skipIf(library === undefined)(
    `on TensorFlow, and keeps nothing over 1,000 steps ${NEEDS}`,
    async () => {
      const { losses, grown } = (await train('tensorflow', 1000)) as Training
      expect(losses.slice(0, 6)).toBeAllClose(wasm, { rtol: 1e-5 })
      expect(losses.at(-1)).toBeLessThan(1e-3)
      expect(grown).toBe(0)
    },
    120_000,
  )

  it('on WebGPU, without reading synchronously', async ({ skip }) => {
    const result = await train('webgpu', 4)
    if ('code' in result) return skip(`WebGPU is not there: ${result.message}`)
    // Shaders take sums in their own order.
    expect(result.losses).toBeAllClose(wasm.slice(0, 4), { rtol: 1e-4 })
    expect(result.grown).toBe(0)
    return undefined
  }, 300_000)
})
