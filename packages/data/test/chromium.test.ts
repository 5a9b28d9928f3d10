import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { chromiumPath, launchChromium } from '@gg/testing/chromium'
import { build } from 'esbuild'
import { describe, expect, it, onTestFinished } from 'vitest'
import { augment, batches, cutout, flip, glyphs, mixup, padCrop } from '../src/index.ts'
import { idx } from './idx-file.ts'
import { localServer } from './local-server.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const built = existsSync(join(root, 'packages/data/dist/browser.js'))
const dataDir = process.env['GG_DATA_DIR']

/** What the page does; `report` is called with what it found. */
const PAGE = `
import '@tensorflow/tfjs-backend-cpu'
import { augment, batches, cutout, DataError, flip, glyphs, imageFolder, mixup, mnist, padCrop, prefetch, toTensors } from '@gg/data'

const hex = async (bytes) =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (b) => b.toString(16).padStart(2, '0')).join('')

window.run = async ({ real }) => {
  const dataset = glyphs({ size: 200, seed: 1 })
  const step = augment([padCrop({ padding: 4 }), flip(), cutout({ size: 8 }), mixup({ alpha: 0.4 })])
  const hashes = [await hex(dataset.images)]
  let mean = 0
  for await (const batch of prefetch(batches(dataset, { batchSize: 64, seed: 7, epoch: 2, augment: step }))) {
    hashes.push(await hex(batch.images), await hex(new Uint8Array(batch.mixup.weights.buffer)))
    const { images, labels, mixup } = toTensors(batch)
    mean += images.dataSync().reduce((sum, x) => sum + x, 0) / images.size
    for (const tensor of [images, labels, mixup.labels, mixup.weights]) tensor.dispose()
  }
  const small = await mnist({ dir: '/small' })
  const refused = await imageFolder({ dir: 'x', size: 8 }).catch((e) => (e instanceof DataError ? e.code : String(e)))
  const missing = await mnist({ dir: '/nowhere' }).catch((e) => e.code)
  const found = { hashes, mean: mean / 4, labels: Array.from(small.labels), refused, missing }
  if (!real) return found
  const options = { split: 'test', download: { mirrors: [location.origin + '/real/'] } }
  const first = await mnist(options)
  const again = await mnist({ split: 'test' })
  return { ...found, real: [first.size, await hex(first.images), again.size, await hex(again.images)] }
}
`

/** Bundled as a user's bundler does it: through the package's exports, not through this workspace's own paths. */
const bundle = () =>
  build({
    stdin: { contents: PAGE, resolveDir: root },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    tsconfigRaw: {},
    write: false,
    metafile: true,
  })

describe('the built package', () => {
  it.skipIf(!built)('leaves everything of Node out where a bundler builds for browsers (needs a build)', async () => {
    const { metafile } = await bundle()
    const inputs = Object.keys(metafile.inputs)
    expect(inputs).toContain('packages/data/dist/browser.js')
    expect(inputs.filter((path) => /data\/dist\/index\.js|proper-lockfile|env-paths|sharp/.test(path))).toEqual([])
  })

  const title = 'runs in Chromium, with the same bytes as here (needs a build, and Chromium or CHROMIUM_PATH)'
  it.skipIf(!built || chromiumPath === undefined)(title, async () => {
    const { outputFiles } = await bundle()
    const files: Readonly<Record<string, readonly [type: string, bytes: Uint8Array | string]>> = {
      '/': ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'],
      '/page.js': ['text/javascript', outputFiles[0]!.contents],
      '/small/train-images-idx3-ubyte.gz': ['application/gzip', gzipSync(idx([2, 28, 28], new Uint8Array(1568)))],
      '/small/train-labels-idx1-ubyte': ['application/octet-stream', idx([2], [3, 9])],
    }
    const { base, asked } = await localServer((request, response) => {
      const path = request.url ?? ''
      if (dataDir !== undefined && path.startsWith('/real/')) {
        response.writeHead(200).end(readFileSync(join(dataDir, 'mnist', path.slice('/real/'.length))))
        return
      }
      const [type, bytes] = files[path] ?? []
      response.writeHead(type === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' }).end(bytes)
    })
    const browser = await launchChromium()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(base)
    await page.waitForFunction('window.run !== undefined')
    const found = await page.evaluate(`window.run({ real: ${dataDir !== undefined} })`)
    expect(errors).toEqual([])

    const hex = (bytes: NodeJS.ArrayBufferView) => createHash('sha256').update(bytes).digest('hex')
    const dataset = glyphs({ size: 200, seed: 1 })
    const step = augment([padCrop({ padding: 4 }), flip(), cutout({ size: 8 }), mixup({ alpha: 0.4 })])
    const all = [...batches(dataset, { batchSize: 64, seed: 7, epoch: 2, augment: step })]
    expect(found).toMatchObject({
      hashes: [hex(dataset.images), ...all.flatMap((batch) => [hex(batch.images), hex(batch.mixup!.weights)])],
      labels: [3, 9],
      refused: 'UNSUPPORTED_PLATFORM',
      missing: 'FILE_NOT_FOUND',
    })
    const means = all.map(({ images }) => images.reduce((sum, byte) => sum + byte / 255, 0) / images.length)
    expect([(found as { mean: number }).mean]).toBeAllClose([means.reduce((sum, mean) => sum + mean, 0) / 4])
    if (dataDir === undefined) return
    const { real } = found as { real: readonly [number, string, number, string] }
    expect([real[0], real[2]]).toEqual([10_000, 10_000])
    expect(real[3]).toBe(real[1])
    expect(asked.filter(({ path }) => path.startsWith('/real/')).length).toBe(2) // the second time from the cache
  })
})
