import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { packTar, type TarEntry } from 'modern-tar'
import { describe, expect, it } from 'vitest'
// Not part of the face: the published archives are too large, and too far away, for a test. These are unpacked alike.
import { extractMembers } from '../src/extract-members.ts'
import type { FileSet } from '../src/file-source.ts'
import { cifar10, DataError } from '../src/index.ts'
import { openFolder } from '../src/node/open-folder.ts'
import { dataError, folderOf } from './idx-file.ts'
import { localServer, sendFile } from './local-server.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const file = (name: string, text = `content of ${name}`): TarEntry => ({
  header: { name, size: bytes(text).length, type: 'file' },
  body: text,
})
const link = (name: string, linkname: string, type: 'link' | 'symlink'): TarEntry => ({
  header: { name, size: 0, type, linkname },
})

const MEMBERS = ['set/a.bin', 'set/b.bin']

async function archive(...entries: readonly TarEntry[]): Promise<Uint8Array> {
  return gzipSync(await packTar(entries))
}

async function setOf(tarGz: Uint8Array): Promise<FileSet> {
  const { base } = await localServer((request, response) => sendFile(request, response, tarGz))
  const sha256 = createHash('sha256').update(tarGz).digest('hex')
  const published = { name: 'set.tar.gz', urls: [`${base}set.tar.gz`], size: tarGz.length, sha256, members: MEMBERS }
  return { fn: 'letters', folder: 'letters', files: [published] }
}

async function openIn(dir: string, tarGz: Uint8Array, name = 'set/b.bin'): Promise<string> {
  const { path } = await openFolder(await setOf(tarGz), { dir, download: { retries: 0, backoff: 1 } }).open([name])
  return readFileSync(path, 'utf8')
}

/** All files below a folder, by their paths. */
const below = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

describe('an archive', () => {
  it('is downloaded, unpacked and removed', async () => {
    const dir = folderOf({})
    const tarGz = await archive(
      { header: { name: 'set/', size: 0, type: 'directory' } },
      file('set/a.bin'),
      file('./set/b.bin', 'B'),
    )
    expect(await openIn(dir, tarGz)).toBe('B')
    expect(below(dir)).toEqual(MEMBERS)
    expect(readFileSync(join(dir, 'set/a.bin'), 'utf8')).toBe('content of set/a.bin')
  })

  it('cannot write outside its folder, nor anything that nobody asked for', async () => {
    const above = folderOf({})
    const dir = join(above, 'letters')
    const outside = join(above, 'outside')
    const hostile = await archive(
      file('../evil.bin'),
      file('set/../../evil.bin'),
      file(join(above, 'evil.bin')),
      file('..\\evil.bin'),
      link('set', outside, 'symlink'),
      link('set/a.bin', join(above, 'evil.bin'), 'symlink'),
      link('set/b.bin', '../../evil.bin', 'link'),
      file('set/a.bin'),
      file('set/b.bin'),
      file('set/a.bin', 'a second one of this name'),
      file('set/c.bin'),
    )
    expect(await openIn(dir, hostile)).toBe('content of set/b.bin')
    expect(below(above)).toEqual(['letters/set/a.bin', 'letters/set/b.bin'])
    expect(readFileSync(join(dir, 'set/a.bin'), 'utf8')).toBe('content of set/a.bin')
    expect(existsSync(join(dirname(above), 'evil.bin'))).toBe(false)
  })

  it('must hold every file, as a file', async () => {
    const without = await archive(file('set/a.bin'), file('set/c.bin'))
    const error = await dataError('CORRUPT_FILE', () => openIn(folderOf({}), without))
    expect(error.message).toMatch(
      /set\.tar\.gz\.part` must hold set\/a\.bin, set\/b\.bin, got it without set\/b\.bin\./,
    )
    const linked = await archive(file('set/a.bin'), link('set/b.bin', '/etc/passwd', 'symlink'))
    const dir = folderOf({})
    await dataError('CORRUPT_FILE', () => openIn(dir, linked))
    expect(existsSync(join(dir, 'set/b.bin'))).toBe(false)
  })

  it('is read as it is or refused when it is damaged: no crash, no hang', async () => {
    const whole = await archive(file('set/a.bin', 'a'.repeat(3000)), file('set/b.bin', 'b'.repeat(700)))
    const plain = await packTar([file('set/a.bin', 'a'.repeat(3000)), file('set/b.bin', 'b'.repeat(700))])
    const counts = { read: 0, refused: 0 }
    const damage = fc.record({
      header: fc.boolean(),
      at: fc.nat(),
      flip: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 4, arbitrary: fc.nat(255) }),
      cut: fc.nat(20),
    })
    await fc.assert(
      fc.asyncProperty(damage, async ({ header, at, flip, cut }) => {
        // In the compressed bytes, or in a header of the tar file within sound compression.
        const source = header ? plain.slice() : whole.slice()
        const place = header ? (at % 2) * 3584 + (at % 512) : at % source.length
        source[place]! ^= flip
        const kept = source.subarray(0, source.length - (cut > 15 ? cut * (header ? 100 : 1) : 0))
        const tarGz = header ? gzipSync(kept) : kept
        const found = new Map<string, string>()
        try {
          await extractMembers('letters: `set.tar.gz`', pieces(tarGz), MEMBERS, async (name, chunks) => {
            let text = ''
            for await (const chunk of chunks) text += new TextDecoder().decode(chunk)
            found.set(name, text)
          })
          expect([...found]).toEqual([
            ['set/a.bin', 'a'.repeat(3000)],
            ['set/b.bin', 'b'.repeat(700)],
          ])
          counts.read++
        } catch (error) {
          if (!(error instanceof DataError)) throw error
          expect(error.message).toMatch(/^letters: `set\.tar\.gz` must .*, got .*\. Download it again\.$/s)
          counts.refused++
        }
      }),
      { numRuns: 400 },
    )
    expect(counts.refused).toBeGreaterThan(200)
    expect(counts.read).toBeGreaterThan(5)
  })

  it('of CIFAR-10 has the paths that its reader opens', async () => {
    const record = new Uint8Array(3073).fill(7)
    const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`)
    const dir = folderOf(Object.fromEntries(names.map((name) => [`cifar-10-batches-bin/${name}`, record])))
    expect((await cifar10({ dir, download: true })).size).toBe(5) // downloads nothing: it is all there
  })
})

async function* pieces(data: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < data.length; i += 1000) yield data.subarray(i, i + 1000)
}
