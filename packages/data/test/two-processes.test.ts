import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FileSet } from '../src/file-source.ts'
import { folderOf } from './idx-file.ts'
import { localServer, sendBeginning, sendFile } from './local-server.ts'

const FILE = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i + (i >> 7)) % 251)
const sha256 = createHash('sha256').update(FILE).digest('hex')

/** A process that downloads the file into the folder and prints its path. */
async function downloader(set: FileSet, dir: string): Promise<ChildProcess> {
  const openFolder = JSON.stringify(fileURLToPath(new URL('../src/node/open-folder.ts', import.meta.url)))
  const program = join(folderOf({}), 'download.cjs')
  await build({
    stdin: {
      contents: `import { openFolder } from ${openFolder}
        const options = { dir: ${JSON.stringify(dir)}, download: { backoff: 1 } }
        openFolder(${JSON.stringify(set)}, options).open(['numbers.bin']).then((file) => console.log(file.path))`,
      resolveDir: '.',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: program,
  })
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const setOf = (base: string): FileSet => ({
  fn: 'numbers',
  folder: 'numbers',
  files: [{ name: 'numbers.bin', urls: [`${base}numbers.bin`], size: FILE.length, sha256 }],
})

describe('two processes', () => {
  it('that want the same file at once both get it, and it is downloaded once', async () => {
    const { base, asked } = await localServer((request, response) => {
      setTimeout(() => sendFile(request, response, FILE), 1500) // long enough for both to be there
    })
    const dir = folderOf({})
    const children = await Promise.all([downloader(setOf(base), dir), downloader(setOf(base), dir)])
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
    expect(codes).toEqual([0, 0])
    expect(Buffer.from(FILE).equals(readFileSync(join(dir, 'numbers.bin')))).toBe(true)
    expect(readdirSync(dir)).toEqual(['numbers.bin'])
    expect(asked.length).toBe(1)
  })

  it('one of which is killed: the other takes over, and goes on where it was', async () => {
    const { base, asked } = await localServer((request, response, count) => {
      if (count === 0) sendBeginning(request, response, FILE, 120_000)
      else sendFile(request, response, FILE)
    })
    const dir = folderOf({})
    const first = await downloader(setOf(base), dir)
    const part = join(dir, 'numbers.bin.part')
    while (!existsSync(part) || statSync(part).size < 120_000) await sleep(20)
    const second = await downloader(setOf(base), dir)
    await sleep(1000)
    expect(asked.length).toBe(1) // it waits
    first.kill('SIGKILL')
    expect((await once(second, 'exit'))[0]).toBe(0)
    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=120000-'])
    expect(Buffer.from(FILE).equals(readFileSync(join(dir, 'numbers.bin')))).toBe(true)
    expect(readdirSync(dir)).toEqual(['numbers.bin'])
  })
})
