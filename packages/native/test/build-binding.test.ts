import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TensorflowLibrary } from '@gg/native'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bindingFileOf, buildBinding } from '../src/build-binding.ts'
import { library, NEEDS, withTensorflow } from './library.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gg-build-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

/** A library that is not there, with headers that are as good as none. */
function unreal(headers = true): TensorflowLibrary {
  const header = join(root, 'include/tensorflow/c/eager/c_api.h')
  if (headers) {
    mkdirSync(dirname(header), { recursive: true })
    writeFileSync(header, '')
  }
  const include = join(root, 'include')
  return { folder: root, libraries: [], include, version: '9.9.9', cuda: false, cudaLibraries: [] }
}

describe('buildBinding', () => {
  const options = () => ({ cacheFolder: join(root, 'cache') })

  it('names the headers that are missing', async () => {
    await expect(buildBinding(unreal(false), options())).rejects.toThrow(
      expect.objectContaining({ code: 'MISSING_HEADERS', message: expect.stringContaining('c_api.h') }),
    )
  })

  it('says how to get a compiler', async () => {
    vi.stubEnv('CXX', '')
    vi.stubEnv('PATH', '')
    const error = await buildBinding(unreal(), options()).catch((error: Error) => error)
    expect(error).toMatchObject({ code: 'MISSING_COMPILER', message: expect.stringMatching(/apt install g\+\+|xcode/) })
    vi.stubEnv('CXX', 'no-such-compiler')
    await expect(buildBinding(unreal(), options())).rejects.toThrow(/\$CXX is 'no-such-compiler'/)
  })

  it('shows what the compiler says, and leaves nothing half done', async () => {
    const compiler = join(root, 'cxx')
    writeFileSync(compiler, '#!/bin/sh\necho "x.cc:1: error: no such thing" >&2\nexit 1\n', { mode: 0o755 })
    vi.stubEnv('CXX', compiler)
    const error = await buildBinding(unreal(), options()).catch((error: Error) => error)
    expect(error).toMatchObject({ code: 'COMPILE_FAILED', message: expect.stringContaining('error: no such thing') })
    expect(readdirSync(join(root, 'cache'))).toEqual([])
  })

  it('has another file for another version and another place', () => {
    const base = unreal()
    const files = [base, { ...base, version: '9.9.8' }, { ...base, folder: '/elsewhere' }].map((one) =>
      bindingFileOf(one, options()),
    )
    expect(new Set(files).size).toBe(3)
    expect(bindingFileOf(base, options())).toBe(files[0])
    expect(files[0]).toMatch(/cache\/tensorflow-9\.9\.9-\w+-\w+-[0-9a-f]{12}\/tfjs_binding\.node$/)
  })
})

withTensorflow(`a binding compiled against a real TensorFlow ${NEEDS}`, () => {
  it('is compiled once, also by two processes that start at once', async () => {
    const start = `
      import { startTensorflow } from ${JSON.stringify(fileURLToPath(new URL('../dist/index.js', import.meta.url)))}
      const said = []
      const { version, device } = await startTensorflow({ onProgress: (text) => said.push(text) })
      console.log(JSON.stringify({ version, device, said }))`
    const env = { ...process.env, GG_NATIVE_CACHE: root }
    const run = async () => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', start], {
        env,
      })
      return { ...JSON.parse(stdout), stderr }
    }
    const [first, second] = await Promise.all([run(), run()])
    const third = await run()
    for (const { version, device, stderr } of [first, second, third]) {
      expect(version).toBe(library?.version)
      expect(device).toMatch(/device:(CPU|GPU):0$/)
      expect(stderr).toBe('')
    }
    expect(first.said[0]).toMatch(/^Compiling the binding for TensorFlow .* once/)
    expect(third.said).toEqual([])
    expect(readdirSync(root)).toHaveLength(1)
    expect(existsSync(bindingFileOf(library as TensorflowLibrary, { cacheFolder: root }))).toBe(true)
  }, 300_000)
})
