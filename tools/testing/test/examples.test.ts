import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'
import { setBackend } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { examplesIn } from '../src/examples.ts'

// Examples are run as modules of this workspace, so they import packages by name, from the sources.
const FOLDER = fileURLToPath(new URL('../../../.examples', import.meta.url))

const texts: Record<string, string> = import.meta.glob(
  ['/README.md', '/docs/**/*.md', '/{packages,apps}/*/README.md', '/{packages,apps}/*/src/**/*.ts'],
  { query: '?raw', import: 'default', eager: true, base: '/' },
)

describe('the examples of the documentation print what they say', () => {
  beforeAll(() => mkdirSync(FOLDER, { recursive: true }))
  afterAll(() => rmSync(FOLDER, { recursive: true, force: true }))

  const examples = Object.entries(texts).flatMap(([file, text]) => examplesIn(file.replace(/^[./]+/, ''), text))

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
