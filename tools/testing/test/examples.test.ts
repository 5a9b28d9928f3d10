import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import '@tensorflow/tfjs-backend-cpu'
import { enableWasm } from '@gg/wasm-kernels'
import { setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { examplesIn } from '../src/examples.ts'

// Examples are run as modules of this workspace, so they import packages by name, from the sources.
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const FOLDER = `${ROOT}/.examples`

const documented = /^(README\.md|docs\/.*\.md|(packages|apps)\/[^/]+\/(README\.md|src\/.*\.ts))$/

function documentation(folder = ''): readonly string[] {
  return readdirSync(`${ROOT}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) return []
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    return entry.isDirectory() ? documentation(path) : documented.test(path) ? [path] : []
  })
}

describe('the examples of the documentation print what they say', () => {
  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true })
    // Memory that threads share has to be there before the first tensor, and some examples ask for threads.
    await enableWasm({ threads: 2 })
  })
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))

  const examples = documentation().flatMap((file) => examplesIn(file, readFileSync(`${ROOT}/${file}`, 'utf8')))

  it('finds some', () => expect(examples.length).toBeGreaterThan(20))

  it.each(examples)('$name', async ({ name, code, expected }) => {
    await setBackend('cpu')
    const file = `${FOLDER}/${name.replaceAll(/[^a-zA-Z0-9]+/g, '-')}.ts`
    writeFileSync(file, code)
    await import(/* @vite-ignore */ file)
    const printed = vi.mocked(console.log).mock.calls.map((args) => format(...args).replaceAll(/\n\s*/g, ' '))
    vi.mocked(console.log).mockClear()
    expect(printed).toEqual(expected)
  })
})
