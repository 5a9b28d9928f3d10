import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { library, NEEDS } from './library.ts'

interface Gradients {
  readonly numbers: readonly number[]
  readonly circuit: readonly number[]
  readonly grown: number
}

async function run(backend: string): Promise<Gradients | { readonly code: string; readonly message: string }> {
  const program = fileURLToPath(new URL('gradients-on.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [program, backend], { timeout: 240_000 })
  // tfjs greets on stdout when it starts.
  return JSON.parse(stdout.slice(stdout.indexOf('{')))
}

describe('the gradients of ReLU with pooling, and a circuit, are those of the cpu backend', () => {
  let cpu: Gradients
  beforeAll(async () => {
    cpu = (await run('cpu')) as Gradients
    expect(cpu.numbers.length).toBeGreaterThan(800)
    expect(cpu.circuit.length).toBeGreaterThan(15)
  }, 60_000)

  it.skipIf(library === undefined)(
    `on TensorFlow ${NEEDS}`,
    async () => {
      const { numbers, circuit, grown } = (await run('tensorflow')) as Gradients
      expect(numbers).toBeAllClose(cpu.numbers)
      expect(circuit).toBeAllClose(cpu.circuit)
      expect(grown).toBe(0)
    },
    120_000,
  )

  it('on WebGPU', async ({ skip }) => {
    const result = await run('webgpu')
    if ('code' in result) return skip(`WebGPU is not there: ${result.message}`)
    expect(result.numbers).toBeAllClose(cpu.numbers)
    // The sigmoid of a shader.
    expect(result.circuit).toBeAllClose(cpu.circuit, { rtol: 1e-4 })
    expect(result.grown).toBe(0)
    return undefined
  }, 300_000)
})
