import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examplesIn } from '../src/examples.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const TFJS = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-cpu']

/** The loop that the README shows a stranger: the example that wires all packages together. */
const loop = examplesIn('README.md', readFileSync(join(ROOT, 'README.md'), 'utf8')).find(({ code }) =>
  code.includes("from '@gg/models'"),
)

// What a user gets, not what the workspace has: the packed files, in a folder of their own, with npm and Node alone.
describe('the packages, packed and installed in a fresh folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gg-installed-'))
  const node = (args: readonly string[]) =>
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  beforeAll(() => {
    const { packageManager, catalog } = versions()
    for (const name of readdirSync(join(ROOT, 'packages'))) {
      execFileSync('npx', ['--yes', packageManager, 'pack', '--pack-destination', folder], {
        cwd: join(ROOT, 'packages', name),
        stdio: 'pipe',
      })
    }
    const tarballs = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
    const ours = tarballs.map((file) => [file.replace(/^gg-(.*)-\d.*$/, '@gg/$1'), `file:${file}`])
    const theirs = TFJS.map((name) => [name, catalog.get(name) ?? 'latest'])
    const dependencies = Object.fromEntries([...ours, ...theirs])
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], {
      cwd: folder,
      stdio: 'pipe',
    })
  }, 300_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('compile under strict and run the loop of the README', () => {
    const { code = '', expected = [] } = loop ?? {}
    expect(code.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import')).length).toBeLessThan(21)
    writeFileSync(join(folder, 'loop.ts'), code)
    const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck']
    node([join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, 'loop.ts'])
    expect(node(['loop.js']).trim().split('\n')).toEqual(expected)
  }, 120_000)

  it('find no gradients without register-gradients, and say so', () => {
    writeFileSync(
      join(folder, 'bare.js'),
      `import * as tf from '@tensorflow/tfjs-core'
      import '@tensorflow/tfjs-backend-cpu'
      import { valueAndGrad } from '@gg/core'
      try { valueAndGrad((x) => tf.sum(tf.square(x)))(tf.scalar(1)) } catch (error) { console.log(error.code, error.message) }`,
    )
    expect(node(['bare.js'])).toMatch(/^NO_GRADIENT .*import '@gg\/core\/register-gradients' once at the start/m)
  })
})

function versions(): { readonly packageManager: string; readonly catalog: ReadonlyMap<string, string> } {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { packageManager: string }
  const lines = readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8').matchAll(
    /^ {2}["']?([@\w/-]+)["']?: ([\d.]+)$/gm,
  )
  return { packageManager, catalog: new Map([...lines].map(([, name = '', version = '']) => [name, version])) }
}
