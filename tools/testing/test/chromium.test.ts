import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromiumPath, launchChromium } from '@gg/testing/chromium'
import { build } from 'esbuild'
import { expect, it, onTestFinished } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const built = existsSync(join(root, 'packages/models/dist/index.js'))
const FILE = 'tfjs-backend-wasm-simd.wasm'
const binary = createRequire(join(root, 'packages/wasm-kernels/')).resolve(`@tensorflow/tfjs-backend-wasm/dist/${FILE}`)
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }

/** Trains a LeNet on glyphs for 30 steps; the page and Node run the same lines. */
const TRAINING = `
import '@gg/core/register-gradients'
import { createOptimizer } from '@gg/core'
import { batches, glyphs, toTensors } from '@gg/data'
import { lenet } from '@gg/models'
import { adam, softmaxCrossEntropyWithIntegerLabels } from '@gg/optim'
import { describe, enableWasm } from '@gg/wasm-kernels'
import { mean, memory } from '@tensorflow/tfjs-core'

export async function run(options) {
  await enableWasm(options)
  const model = lenet({ inputShape: [32, 32, 1] })
  const optimizer = createOptimizer(adam(0.002), model.init(0))
  const losses = []
  for (const batch of batches(glyphs({ size: 1920, seed: 1 }), { batchSize: 64, seed: 0 })) {
    const { images, labels } = toTensors(batch)
    const loss = optimizer.minimize((params) => mean(softmaxCrossEntropyWithIntegerLabels(model.apply(params, images), labels)))
    losses.push((await loss.data())[0])
    for (const tensor of [loss, images, labels]) tensor.dispose()
  }
  return { losses, threads: describe().threads, tensors: memory().numTensors }
}
`
const bundled = (contents: string) =>
  build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    tsconfigRaw: {},
    write: false,
  })

const title = 'a LeNet trains in Chromium, on one thread and on two (needs a build, and Chromium or CHROMIUM_PATH)'
it.skipIf(!built || chromiumPath === undefined)(title, async () => {
  const { outputFiles } = await bundled(`${TRAINING}\nwindow.run = run`)
  const files: Readonly<Record<string, readonly [type: string, bytes: Uint8Array | string]>> = {
    '/': ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'],
    '/page.js': ['text/javascript', outputFiles[0]?.contents ?? ''],
    [`/${FILE}`]: ['application/wasm', readFileSync(binary)],
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const [type, bytes] = files[url.pathname] ?? ['text/plain', '']
    response.writeHead(200, { 'content-type': type, ...(url.search === '?isolated' ? ISOLATED : {}) }).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const browser = await launchChromium()
  onTestFinished(async () => {
    await browser.close()
    server.close()
  })

  const train = async (query: string, options: object) => {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${query}`)
    await page.waitForFunction('window.run !== undefined')
    const result = await page.evaluate(`window.run(${JSON.stringify(options)})`)
    expect(errors).toEqual([])
    await page.close()
    return result as { losses: number[]; threads: number; tensors: number }
  }

  const plain = await train('', {})
  expect(plain.threads).toBe(1)
  expect(plain.losses).toHaveLength(30)
  const mean = (losses: number[]) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length
  expect(mean(plain.losses.slice(-5))).toBeLessThan(mean(plain.losses.slice(0, 5)) - 0.05)
  const threaded = await train('?isolated', { threads: 2, tfjsWasm: `/${FILE}` })
  expect(threaded.threads).toBe(2)
  expect(threaded.losses).toEqual(plain.losses)
  expect(threaded.tensors).toBe(plain.tensors)
  await expect(train('', { threads: 2, tfjsWasm: `/${FILE}` })).rejects.toThrow(/Cross-Origin-Opener-Policy/)
})
