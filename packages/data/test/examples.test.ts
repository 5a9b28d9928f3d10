import { readdirSync, readFileSync } from 'node:fs'
import * as tfjsCore from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import * as face from '../src/index.ts'

const MODULES: Readonly<Record<string, unknown>> = { '@gg/data': face, '@tensorflow/tfjs-core': tfjsCore }

const root = new URL('../', import.meta.url)
const sources = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.ts'),
)
const examples = [
  ...blocks('README.md', readFileSync(new URL('README.md', root), 'utf8')),
  ...sources.flatMap((path) =>
    blocks(path, readFileSync(new URL(`src/${path}`, root), 'utf8').replaceAll(/^ \* ?/gm, '')),
  ),
]

beforeAll(async () => {
  await import('@tensorflow/tfjs-backend-cpu')
  await tfjsCore.setBackend('cpu')
})

it('finds the examples', () => {
  expect(examples.length).toBeGreaterThanOrEqual(9)
})

for (const [name, code] of examples) {
  const needsData = code.includes('GG_DATA_DIR')
  const title = `the example of ${name} prints what it says${needsData ? ' (needs GG_DATA_DIR)' : ''}`
  it.skipIf(needsData && !process.env['GG_DATA_DIR'])(title, async () => {
    const printed: string[] = []
    const log = (...values: readonly unknown[]) => printed.push(values.join(' '))
    const before = tfjsCore.memory().numTensors
    await run(code, { log })
    expect(printed).toEqual(promised(code))
    expect(tfjsCore.memory().numTensors).toBe(before)
  })
}

function blocks(name: string, text: string): readonly (readonly [string, string])[] {
  return Array.from(text.matchAll(/^```ts\n(.*?)^```/gms), (match) => [name, match[1] ?? ''] as const)
}

/** Comments behind `console.log`, and those after the last line of code. */
function promised(code: string): readonly string[] {
  const lines = code.trimEnd().split('\n')
  const end = lines.findLastIndex((line) => !line.startsWith('//')) + 1
  const behind = lines.slice(0, end).flatMap((line) => /console\.log\(.*\) \/\/ (.*)/.exec(line)?.[1] ?? [])
  return [...behind, ...lines.slice(end).map((line) => line.slice(3))]
}

async function run(code: string, console: object): Promise<void> {
  const body = code
    .replaceAll(/^import \{(.*)\} from '(.*)'$/gm, "const {$1} = modules['$2']")
    .replaceAll(/^import '@tensorflow\/tfjs-backend-cpu'$/gm, '')
  const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<void>
  await new AsyncFunction('modules', 'console', body)(MODULES, console)
}
