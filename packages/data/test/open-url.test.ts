import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as web from '../src/browser.ts'
import type { FileSet, OpenFile } from '../src/file-source.ts'
// Not part of the face: the published sets are too large, and too far away, for a test. These are downloaded alike.
import { openUrl } from '../src/web/open-url.ts'
import { dataError, idx } from './idx-file.ts'
import { breakOff, localServer, sendBeginning, sendFile } from './local-server.ts'

const pixels = Uint8Array.from({ length: 2 * 784 }, (_, i) => i % 251)
const FILES: Readonly<Record<string, Uint8Array>> = {
  '/mnist/train-images-idx3-ubyte.gz': gzipSync(idx([2, 28, 28], pixels)),
  '/mnist/train-labels-idx1-ubyte': idx([2], [3, 9]),
  '/cifar/cifar-10-batches-bin/test_batch.bin': new Uint8Array(3073 * 2).fill(5),
}
const quick = { backoff: 1, timeout: 5000 }

const shelf = () =>
  localServer((request, response) => {
    const file = FILES[request.url ?? '']
    if (file === undefined) response.writeHead(404).end()
    else sendFile(request, response, file)
  })

/** As much of a browser's cache as is used, kept in a map. */
function stubCaches(): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>()
  const cache = {
    match: async (url: string) => {
      const bytes = entries.get(url)
      return bytes === undefined ? undefined : new Response(bytes.slice())
    },
    put: async (url: string, response: Response) => {
      entries.set(url, new Uint8Array(await response.arrayBuffer()))
    },
  }
  vi.stubGlobal('caches', { open: async () => cache })
  return entries
}

async function setOf(
  bytes: Uint8Array,
  name: string,
  members?: readonly string[],
): Promise<FileSet & { base: string }> {
  const { base } = await localServer((request, response, count) => {
    if (count > 0) return sendFile(request, response, bytes)
    sendBeginning(request, response, bytes, bytes.length >> 1)
    breakOff(response, () => response.writableLength === 0)
  })
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = { name, urls: [base + name], size: bytes.length, sha256, ...(members && { members }) }
  return { fn: 'letters', folder: 'letters', files: [file], base }
}

async function text({ chunks, size }: OpenFile): Promise<string> {
  let all = ''
  for await (const chunk of chunks()) all += new TextDecoder().decode(chunk)
  expect(all.length).toBe(size)
  return all
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('in a browser', () => {
  it('data sets come from an address, compressed or not', async () => {
    const { base, asked } = await shelf()
    const { images, labels } = await web.mnist({ dir: `${base}mnist` })
    expect([images, labels]).toEqual([pixels, Uint8Array.of(3, 9)])
    expect(asked.map(({ path }) => path).sort()).toEqual([
      '/mnist/train-images-idx3-ubyte.gz',
      '/mnist/train-labels-idx1-ubyte',
      '/mnist/train-labels-idx1-ubyte.gz',
    ])
    const cifar = await web.cifar10({ dir: `${base}cifar/`, split: 'test' })
    expect(cifar.labels).toEqual(Uint8Array.of(5, 5))
  })

  it('what is not there is named, and what to do', async () => {
    const { base } = await shelf()
    const error = await dataError('FILE_NOT_FOUND', () => web.mnist({ dir: `${base}mnist`, split: 'test' }))
    expect(error.message).toMatch(
      /must be an address with t10k-.* or .*, got http.*mnist\. Pass `download: true`, or put/,
    )
    await dataError('FILE_NOT_FOUND', () => web.svhn())
    await dataError('INVALID_ARGUMENT', () => web.cifar100({ dir: '' }))
    const busy = await localServer((_, response) => response.writeHead(500).end())
    await dataError('UNREADABLE_FILE', () => web.fashionMnist({ dir: busy.base }))
    await dataError('UNREADABLE_FILE', () => web.mnist({ dir: 'http://127.0.0.1:1/' }))
    await dataError('UNSUPPORTED_PLATFORM', () => web.imageFolder({ dir: 'pictures', size: 8 }))
  })

  it('a download goes on after a break, is verified, and kept for the next time', async () => {
    const entries = stubCaches()
    const bytes = new TextEncoder().encode('abc'.repeat(50_000))
    const set = await setOf(bytes, 'letters.txt')
    const open = (download: boolean | object) => openUrl(set, { download }).open(['letters.txt'])
    expect(await text(await open(quick))).toBe('abc'.repeat(50_000))
    expect([...entries.keys()]).toEqual(['https://gg-data.invalid/letters/letters.txt'])
    expect(await text(await open(false))).toBe('abc'.repeat(50_000))
    const wrong = { ...set, folder: 'others', files: set.files.map((file) => ({ ...file, sha256: '0'.repeat(64) })) }
    const error = await dataError('DOWNLOAD_FAILED', () => openUrl(wrong, { download: quick }).open(['letters.txt']))
    expect(error.message).toContain('Servers must allow other pages to fetch from them (CORS)')
    expect(entries.size).toBe(1)
  })

  it('an archive is unpacked, and its files are kept', async () => {
    const entries = stubCaches()
    const entry = (name: string, body: string) => ({ header: { name, size: body.length, type: 'file' as const }, body })
    const tarGz = gzipSync(await packTar([entry('set/a', 'A'), entry('other', 'no'), entry('set/b', 'BB')]))
    const set = await setOf(tarGz, 'set.tar.gz', ['set/a', 'set/b'])
    const open = (download: boolean | object) => openUrl(set, { download }).open(['set/b', 'b'])
    expect(await text(await open(quick))).toBe('BB')
    expect(entries.size).toBe(2)
    expect(await text(await open(false))).toBe('BB')
  })

  it('works without a cache, and with one that is full', async () => {
    const set = await setOf(new TextEncoder().encode('letters'), 'letters.txt')
    const open = () => openUrl(set, { download: quick }).open(['letters.txt'])
    expect(await text(await open())).toBe('letters')
    const full = {
      match: async () => undefined,
      put: async () => {
        throw new DOMException('full', 'QuotaExceededError')
      },
    }
    vi.stubGlobal('caches', { open: async () => full })
    expect(await text(await open())).toBe('letters')
  })
})
