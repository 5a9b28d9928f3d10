import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { library, NEEDS } from './library.ts'

/** The command as a user types it, from the build. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<{ status: number; text: string }> {
  const program = fileURLToPath(new URL('../bin/gg-native.mjs', import.meta.url))
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env, timeout: 240_000 }, (error, stdout) => {
      resolve({ status: error ? Number(error.code) : 0, text: stdout })
    })
  })
}

describe('gg-native', () => {
  it('says what it can do', async () => {
    const { status, text } = await run([])
    expect(status).toBe(0)
    expect(text).toContain('gg-native doctor')
    expect((await run(['cure'])).status).toBe(2)
    expect((await run(['try', 'cpu', 'twice'])).status).toBe(2)
  })

  it('tries a backend', async () => {
    expect(await run(['try', 'cpu'])).toEqual({ status: 0, text: 'cpu on CPU, as asked for\n' })
    const { status, text } = await run(['try', 'wasm'])
    expect(status).toBe(1)
    expect(text).toContain("import '@gg/wasm-kernels/register'")
  })

  it('without a libtensorflow the doctor says what to install', async () => {
    const env = { ...process.env, GG_TENSORFLOW: '', VIRTUAL_ENV: '', CONDA_PREFIX: '', PATH: '' }
    const { status, text } = await run(['doctor'], env)
    expect(status).toBe(1)
    expect(text).toMatch(/^Compiler +findCompiler: neither c\+\+ nor g\+\+ nor clang\+\+ is on the PATH/m)
    expect(text).toMatch(/^tensorflow +startTensorflow: no libtensorflow was found/m)
    expect(text).toMatch(/^Type +python3 -m venv .*pip install tensorflow_cpu && export GG_TENSORFLOW=/m)
  }, 120_000)

  it.skipIf(!library)(
    `with one the doctor says what it computes on ${NEEDS}`,
    async () => {
      const { text } = await run(['doctor'])
      expect(text).toMatch(/^Machine +\w+ \w+, Node v/m)
      expect(text).toMatch(/^NVIDIA +/m)
      expect(text).toMatch(new RegExp(`^libtensorflow .*TensorFlow ${library?.version}`, 'm'))
      expect(text).toMatch(/^tensorflow +tensorflow on .*device:(CPU|GPU):0 .*, as asked for$/m)
      expect(text).toMatch(/^webgpu +/m)
    },
    240_000,
  )
})
