import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
// Not part of the face: the published sets are too large, and too far away, for a test. These are downloaded alike.
import type { FileSet } from '../src/file-source.ts'
import type { DownloadOptions, DownloadProgress } from '../src/index.ts'
import { openFolder } from '../src/node/open-folder.ts'
import { dataError, folderOf } from './idx-file.ts'
import { breakOff, localServer, sendBeginning, sendFile } from './local-server.ts'

const FILE = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i + (i >> 7)) % 251)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const SHA256 = sha256(FILE)
const quick = { backoff: 1, timeout: 5000 }

function setOf(...urls: readonly string[]): FileSet {
  const file = {
    name: 'numbers.bin',
    urls: urls.map((url) => `${url}numbers.bin`),
    size: FILE.length,
    sha256: SHA256,
  }
  return { fn: 'numbers', folder: 'numbers', files: [file] }
}

async function fetched(set: FileSet, dir: string, download: boolean | DownloadOptions = quick): Promise<string> {
  const file = await openFolder(set, { dir, download }).open(['numbers.bin'])
  expect(file.path).toBe(join(dir, 'numbers.bin'))
  return sha256(readFileSync(file.path))
}

describe('a download', () => {
  it('brings the file, tells how far it is, leaves nothing else, and is not repeated', async () => {
    const { base, asked } = await localServer((request, response) => sendFile(request, response, FILE))
    const dir = join(folderOf({}), 'new', 'folder')
    const progress: DownloadProgress[] = []
    const options = { ...quick, onProgress: (p: DownloadProgress) => progress.push(p) }
    expect(await fetched(setOf(base), dir, options)).toBe(SHA256)
    expect(progress.at(-1)).toEqual({
      file: 'numbers.bin',
      url: `${base}numbers.bin`,
      received: 300_000,
      total: 300_000,
    })
    expect(progress.every(({ received }, i) => received > (progress[i - 1]?.received ?? 0))).toBe(true)
    expect(readdirSync(dir)).toEqual(['numbers.bin'])
    expect(await fetched(setOf(base), dir)).toBe(SHA256)
    expect(asked).toEqual([{ path: '/numbers.bin', range: undefined }])
  })

  it('happens only when it is asked for', async () => {
    const { base, asked } = await localServer((request, response) => sendFile(request, response, FILE))
    for (const download of [undefined, false]) {
      const dir = folderOf({})
      const error = await dataError('FILE_NOT_FOUND', () =>
        openFolder(setOf(base), { dir, download }).open(['numbers.bin']),
      )
      expect(error.message).toBe(
        `numbers: \`dir\` must hold numbers.bin, got ${dir} without it. Pass \`download: true\`, or put numbers.bin from ${base} into ${dir}, or name the folder that has the files.`,
      )
    }
    expect(asked).toEqual([])
  })

  it('goes on where a broken connection has left off', async () => {
    let arrived = 0
    const onProgress = ({ received }: DownloadProgress) => {
      arrived = received
    }
    const { base, asked } = await localServer((request, response, count) => {
      if (count === 2) return sendFile(request, response, FILE)
      sendBeginning(request, response, FILE, 100_000)
      breakOff(response, () => arrived === (count + 1) * 100_000)
    })
    expect(await fetched(setOf(base), folderOf({}), { ...quick, onProgress })).toBe(SHA256)
    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-'])
  })

  it('goes on where an earlier process has left off', async () => {
    const { base, asked } = await localServer((request, response) => sendFile(request, response, FILE))
    const dir = folderOf({ 'numbers.bin.part': FILE.subarray(0, 123_456) })
    expect(await fetched(setOf(base), dir)).toBe(SHA256)
    expect(asked.map(({ range }) => range)).toEqual(['bytes=123456-'])
    expect(readdirSync(dir)).toEqual(['numbers.bin'])
  })

  it('asks for nothing if the earlier process had it all', async () => {
    const { base, asked } = await localServer((request, response) => sendFile(request, response, FILE))
    expect(await fetched(setOf(base), folderOf({ 'numbers.bin.part': FILE }))).toBe(SHA256)
    expect(asked).toEqual([])
  })

  it('starts again when what is left over is no beginning of the file', async () => {
    const { base, asked } = await localServer((request, response) => sendFile(request, response, FILE))
    expect(await fetched(setOf(base), folderOf({ 'numbers.bin.part': new Uint8Array(1000) }))).toBe(SHA256)
    expect(asked.map(({ range }) => range)).toEqual(['bytes=1000-', undefined])
    expect(await fetched(setOf(base), folderOf({ 'numbers.bin.part': new Uint8Array(300_001) }))).toBe(SHA256)
  })

  it('starts again where ranges are ignored, refused, or answered with another part', async () => {
    const ignored = await localServer((_, response) => {
      response.writeHead(200, { 'content-length': FILE.length }).end(FILE)
    })
    expect(await fetched(setOf(ignored.base), folderOf({ 'numbers.bin.part': FILE.subarray(0, 100_000) }))).toBe(SHA256)
    expect(ignored.asked.map(({ range }) => range)).toEqual(['bytes=100000-'])
    const refused = await localServer((request, response) => {
      if (request.headers.range !== undefined) response.writeHead(416).end()
      else sendFile(request, response, FILE)
    })
    expect(await fetched(setOf(refused.base), folderOf({ 'numbers.bin.part': FILE.subarray(0, 9) }))).toBe(SHA256)
    const other = await localServer((_, response) => {
      response.writeHead(206, { 'content-range': `bytes 0-${FILE.length - 1}/${FILE.length}` }).end(FILE)
    })
    expect(await fetched(setOf(other.base), folderOf({ 'numbers.bin.part': FILE.subarray(0, 9) }))).toBe(SHA256)
  })

  it('gives up a connection that stalls, before the answer and in it, and goes on', async () => {
    const { base, asked } = await localServer((request, response, count) => {
      if (count === 0) return
      if (count === 1) sendBeginning(request, response, FILE, 50_000)
      else sendFile(request, response, FILE)
    })
    expect(await fetched(setOf(base), folderOf({}), { ...quick, timeout: 500 })).toBe(SHA256)
    expect(asked.map(({ range }) => range)).toEqual([undefined, undefined, 'bytes=50000-'])
  })

  it('keeps a slow connection that does not stall', async () => {
    const { base, asked } = await localServer((_, response) => {
      response.writeHead(200)
      let at = 0
      const timer = setInterval(() => {
        response.write(FILE.subarray(at, at + 30_000))
        at += 30_000
        if (at < FILE.length) return
        clearInterval(timer)
        response.end()
      }, 100)
    })
    expect(await fetched(setOf(base), folderOf({}), { ...quick, timeout: 600 })).toBe(SHA256) // takes a second
    expect(asked.length).toBe(1)
  })

  it('follows redirects', async () => {
    const { base } = await localServer((request, response) => {
      if (request.url === '/numbers.bin') response.writeHead(302, { location: '/elsewhere/numbers' }).end()
      else sendFile(request, response, FILE)
    })
    expect(await fetched(setOf(base), folderOf({}))).toBe(SHA256)
  })

  it('tries again after 503, no sooner than the server asks', async () => {
    const times: number[] = []
    const { base } = await localServer((request, response, count) => {
      times.push(performance.now())
      if (count === 0) response.writeHead(503, { 'retry-after': '1' }).end('busy')
      else if (count < 3) response.writeHead(503).end('busy')
      else sendFile(request, response, FILE)
    })
    expect(await fetched(setOf(base), folderOf({}), { ...quick, backoff: 20 })).toBe(SHA256)
    const pauses = times.slice(1).map((time, i) => time - times[i]!)
    expect(pauses[0]).toBeGreaterThan(990)
    expect(pauses[1]).toBeGreaterThan(39) // doubled
    expect(pauses[2]).toBeGreaterThan(79)
  })

  it('takes the next address for what will not change: 404, and a file that is damaged there', async () => {
    const gone = await localServer((_, response) => response.writeHead(404).end('<html>not here</html>'))
    const damaged = FILE.slice()
    damaged[200_000]! ^= 1
    const corrupt = await localServer((request, response) => sendFile(request, response, damaged))
    const long = await localServer((_, response) => response.writeHead(200).end(Buffer.concat([FILE, FILE])))
    const good = await localServer((request, response) => sendFile(request, response, FILE))
    const dir = folderOf({})
    expect(await fetched(setOf(gone.base, corrupt.base, long.base, good.base), dir)).toBe(SHA256)
    expect([gone, corrupt, long, good].map(({ asked }) => asked.length)).toEqual([1, 2, 1, 1])
  })

  it('asks the mirrors of the caller first', async () => {
    const official = await localServer((request, response) => sendFile(request, response, FILE))
    const mirror = await localServer((request, response) => sendFile(request, response, FILE))
    const mirrors = [`${mirror.base}copy/of`]
    expect(await fetched(setOf(official.base), folderOf({}), { ...quick, mirrors })).toBe(SHA256)
    expect([official.asked.length, mirror.asked[0]?.path]).toEqual([0, '/copy/of/numbers.bin'])
  })

  it('never leaves a file that is not the published one', async () => {
    const { base } = await localServer((request, response) => sendFile(request, response, FILE.subarray(0, 299_999)))
    const web = await localServer((_, response) => response.writeHead(200).end('<html>log in first</html>'))
    const dir = folderOf({})
    const set = setOf(base, web.base)
    const error = await dataError('DOWNLOAD_FAILED', () => fetched(set, dir, { ...quick, retries: 1 }))
    expect(error.message).toContain(`got 299999 of 300000 bytes from ${base}numbers.bin, and `)
    expect(existsSync(join(dir, 'numbers.bin'))).toBe(false)
  })

  it('says offline what each address answered, and which files to put where', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => closed.once('listening', resolve))
    const base = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/`
    await new Promise((resolve) => closed.close(resolve))
    const dir = folderOf({})
    const error = await dataError('DOWNLOAD_FAILED', () => fetched(setOf(base), dir, { ...quick, retries: 0 }))
    expect(error.message).toMatch(/^numbers: `download` must reach numbers\.bin, got ".*ECONNREFUSED.*" from http/)
    expect(error.message).toContain(
      `Without a network, put numbers.bin from ${base} into ${dir} by way of another machine.`,
    )
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('can be aborted, in the middle, while it waits, and before it begins, and keeps what has arrived', async () => {
    const reason = new Error('enough')
    const [middle, waiting] = [new AbortController(), new AbortController()]
    // Counted from when a request has come, which on a busy machine takes its time.
    const { base, asked } = await localServer((request, response, count) => {
      if (count === 0) {
        sendBeginning(request, response, FILE, 100_000)
        setTimeout(() => middle.abort(reason), 150)
      } else if (count === 1) {
        response.writeHead(503).end()
        setTimeout(() => waiting.abort(), 150)
      } else sendFile(request, response, FILE)
    })
    const dir = folderOf({})
    const run = (signal: AbortSignal, backoff: number) =>
      dataError('ABORTED', () => fetched(setOf(base), dir, { signal, backoff, timeout: 60_000 }))
    const start = performance.now()
    expect((await run(middle.signal, 1)).cause).toBe(reason)
    await run(waiting.signal, 60_000)
    await run(AbortSignal.abort(), 1)
    expect(performance.now() - start).toBeLessThan(5000)
    expect(asked.length).toBe(2)
    expect(await fetched(setOf(base), dir)).toBe(SHA256)
    expect(asked.at(-1)?.range).toBe('bytes=100000-')
  })

  it('is done once for all that ask at the same time', async () => {
    const { base, asked } = await localServer((request, response) => {
      setTimeout(() => sendFile(request, response, FILE), 100)
    })
    const dir = folderOf({})
    const all = await Promise.all(Array.from({ length: 4 }, () => fetched(setOf(base), dir)))
    for (const found of all) expect(found).toBe(SHA256)
    expect(asked.length).toBe(1)
    expect(readdirSync(dir)).toEqual(['numbers.bin'])
  })

  it('says so where it cannot write', async () => {
    const { base } = await localServer((request, response) => sendFile(request, response, FILE))
    const dir = join(folderOf({ file: FILE }), 'file')
    const error = await dataError('UNWRITABLE_FOLDER', () => fetched(setOf(base), dir))
    expect(error.message).toContain('numbers: `dir` must be a folder to write into, got ')
    const blocked = folderOf({})
    mkdirSync(join(blocked, 'numbers.bin.part'))
    writeFileSync(join(blocked, 'numbers.bin.part', 'x'), '')
    await dataError('UNWRITABLE_FOLDER', () => fetched(setOf(base), blocked, { ...quick, retries: 0 }))
  })

  it('passes on what the caller of onProgress throws, at once', async () => {
    const { base, asked } = await localServer((request, response) => sendFile(request, response, FILE))
    const onProgress = () => {
      throw new Error('no bar to draw')
    }
    await expect(fetched(setOf(base), folderOf({}), { ...quick, onProgress })).rejects.toThrow('no bar to draw')
    expect(asked.length).toBe(1)
  })

  it('refuses options out of range', async () => {
    for (const download of [{ timeout: 0 }, { retries: -1 }, { retries: 0.5 }, { backoff: Number.NaN }]) {
      await dataError('INVALID_ARGUMENT', () => fetched(setOf(), folderOf({}), download))
    }
  })
})
