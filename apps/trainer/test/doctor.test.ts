import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { BACKENDS, startBackend } from '../src/names/backends.ts'
import { TrainingError } from '../src/training-error.ts'
import { runInProcess } from './report-run-in-process.ts'
import { runsFolder } from './runs-folder.ts'

vi.mock(import('../src/names/backends.ts'), async (original) => {
  const backends = await original()
  return { ...backends, startBackend: vi.fn(backends.startBackend) }
})

interface Finding {
  readonly name: string
  readonly state: string
  readonly detail: string
  readonly remedy?: string
}

let data = ''
beforeEach(() => {
  // Back to the real one.
  vi.mocked(startBackend).mockReset()
  data = runsFolder()
  mkdirSync(data, { recursive: true })
})

const examine = async () => {
  const { code, stdout, stderr } = await runInProcess('doctor', '--json', '--data-dir', data)
  expect(stderr).toBe('')
  const found: Record<string, readonly Finding[]> = JSON.parse(stdout)
  const one = (part: string, name: string) => found[part]?.find((finding) => finding.name === name)
  return { code, found, one }
}

describe('gg doctor', () => {
  it('says what is installed, what starts and what is here', async () => {
    const { code, found, one } = await examine()
    expect(code).toBe(0)
    expect(Object.keys(found)).toEqual(['versions', 'machine', 'backends', 'datasets', 'programs'])
    expect(one('versions', 'node')).toMatchObject({ state: 'ok', detail: expect.stringContaining(process.version) })
    expect(one('versions', '@tensorflow/tfjs-core')).toEqual({
      name: '@tensorflow/tfjs-core',
      state: 'ok',
      detail: '4.22.0',
    })
    expect(one('backends', 'cpu')).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^starts in \d+\.\d\d s, [\d.]+ GFLOP\/s: /),
    })
    expect(found['backends']?.map(({ name }) => name)).toEqual(Object.keys(BACKENDS).filter((name) => name !== 'auto'))
    expect(one('datasets', 'glyphs')).toMatchObject({ state: 'ok', detail: expect.stringContaining('20,000 images') })
    expect(one('datasets', 'mnist')).toEqual({
      name: 'mnist',
      state: 'missing',
      detail: `not in ${join(data, 'mnist')}`,
      remedy: 'gg train --data mnist --download',
    })
  })

  it('says so in words, and how to begin', async () => {
    const { code, stdout } = await runInProcess('doctor', '--data-dir', data)
    expect(code).toBe(0)
    for (const title of ['Versions', 'Machine', 'Backends', 'Data sets']) {
      expect(stdout).toMatch(new RegExp(`^${title}$`, 'm'))
    }
    expect(stdout).toMatch(/^ {2}ok {7}cpu +starts in/m)
    expect(stdout).toMatch(/^ {2}missing {2}mnist +not in .*mnist\n +gg train --data mnist --download$/m)
    expect(stdout).toMatch(/^gg train works here\. To begin: gg train( --backend cpu --limit 2000)?\n$/m)
    // No escape sequences: this is no terminal.
    expect(stdout.includes('\u001b')).toBe(false)
  })

  it('says why a backend does not start, and ends with 1 only if none does', async () => {
    const failing = async (name: string) => {
      const cause = new Error(`no ${name} here\nsee below`)
      throw new TrainingError('BACKEND_FAILED', `Backend '${name}' did not start: no ${name} here. Try cpu.`, { cause })
    }
    const start = vi.mocked(startBackend).getMockImplementation()
    if (start === undefined) throw new Error('the real one stands behind the mock')
    vi.mocked(startBackend).mockImplementation((name) => (name === 'cpu' ? start(name) : failing(name)))
    const some = await examine()
    expect(some.code).toBe(0)
    expect(some.one('backends', 'wasm')).toEqual({
      name: 'wasm',
      state: 'missing',
      detail: 'does not start: no wasm here',
    })
    vi.mocked(startBackend).mockImplementation(failing)
    expect((await examine()).code).toBe(1)
    const { stdout } = await runInProcess('doctor', '--data-dir', data)
    expect(stdout).toMatch(/gg train does not work here until what is broken above is mended\.\n$/)
  })

  it('tells damaged files from missing ones', async () => {
    mkdirSync(join(data, 'mnist'))
    for (const part of ['train', 't10k']) {
      for (const kind of ['images-idx3', 'labels-idx1']) {
        writeFileSync(join(data, 'mnist', `${part}-${kind}-ubyte.gz`), 'not compressed')
      }
    }
    const { code, one } = await examine()
    expect(code).toBe(0)
    expect(one('datasets', 'mnist')).toMatchObject({ state: 'broken', remedy: 'gg train --data mnist --download' })
  })

  it('has examples and exit codes in its help', async () => {
    const { stdout } = await runInProcess('doctor', '--help')
    expect(stdout).toMatch(/Examples:\n {2}gg doctor\n/)
    expect(stdout).toContain('Exit codes: 0 gg train works here')
  })
})
