import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runInProcess } from './report-run-in-process.ts'
import { runsFolder } from './runs-folder.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const FILES = ['.gitignore', 'README.md', 'package.json', 'train.ts', 'tsconfig.json']
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** What `npm install` would do, with the packages of this workspace as they are built. */
function link(folder: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const require = createRequire(new URL('../src/init/starter-files.ts', import.meta.url))
  for (const name of Object.keys(dependencies)) {
    const path = join(folder, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(dirname(require.resolve(`${name}/package.json`)), path)
  }
}

const node = (folder: string, ...args: readonly string[]) =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('gg init', () => {
  it('writes a project with the versions that are installed here, and says what to do next', async () => {
    const folder = join(runsFolder(), 'My loop!')
    const { code, stdout, stderr } = await runInProcess('init', folder)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(readdirSync(folder).sort()).toEqual(FILES)
    expect(stdout).toContain(`${join(folder, 'train.ts')}\n`)
    expect(stdout).toMatch(/Next:\n {2}cd .*My loop!\n {2}npm install\n {2}npm start\n$/)
    const { name, type, dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    expect({ name, type }).toEqual({ name: 'my-loop', type: 'module' })
    expect(dependencies['@tensorflow/tfjs-core']).toBe('^4.22.0')
    expect(Object.values(dependencies).every((version) => /^\^\d+\.\d+\.\d+/.test(String(version)))).toBe(true)
    const imported = [...readFileSync(join(folder, 'train.ts'), 'utf8').matchAll(/'(@[\w-]+\/[\w-]+)/g)].map(
      ([, from]) => from,
    )
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(imported))
  })

  it('overwrites nothing, and then writes nothing else either', async () => {
    const folder = runsFolder()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'train.ts'), 'mine')
    const { code, stdout, stderr } = await runInProcess('init', folder)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `gg: There is train.ts in ${folder} already, and nothing is overwritten. Name another folder: gg init my-loop\n`,
    )
    expect(readdirSync(folder)).toEqual(['train.ts'])
    expect(readFileSync(join(folder, 'train.ts'), 'utf8')).toBe('mine')
  })

  it('has examples in its help', async () => {
    expect((await runInProcess('init', '--help')).stdout).toMatch(/Examples:\n {2}gg init my-loop/)
  })

  const packages = ['core', 'data', 'diagnostics', 'gating', 'models', 'optim', 'wasm-kernels']
  const unbuilt = packages.some((name) => !existsSync(join(ROOT, `packages/${name}/dist/index.d.ts`)))
  it.skipIf(unbuilt)(
    'writes a loop that compiles under strict, runs and learns (needs a build)',
    async () => {
      const folder = runsFolder()
      await runInProcess('init', folder)
      link(folder)
      node(folder, TSC)
      const lines = node(folder, 'build/train.js').trimEnd().split('\n')
      const accuracies = lines.flatMap(
        (line) => /^epoch \d loss \d+\.\d{4} test accuracy ([\d.]+) %$/.exec(line)?.[1] ?? [],
      )
      expect(accuracies).toHaveLength(4)
      // Guessing is right one time of ten.
      expect(Number(accuracies[3])).toBeGreaterThan(50)
      expect(lines.slice(4).map((line) => line.split(/\s+/)[0])).toEqual(['name', 'conv1/output', 'conv2/output'])
      // It is checked by what `strict` checks: a slip does not compile.
      const train = join(folder, 'train.ts')
      writeFileSync(train, readFileSync(train, 'utf8').replace('BATCH_SIZE = 64', "BATCH_SIZE = '64'"))
      expect(() => node(folder, TSC)).toThrow(/Command failed/)
    },
    120_000,
  )
})
