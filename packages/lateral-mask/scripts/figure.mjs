// Draws docs/images/lateral-mask.svg: where the gradient of a LeNet's first layer flows over drawn digits, without a mask,
// with the lateral mask, and with its controls at the same kept fraction; and prints how much of it lies on the digit.
// Run after a build of all packages: node packages/lateral-mask/scripts/figure.mjs
import '../../core/dist/register-gradients.js'
import '../../wasm-kernels/dist/register.js'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { deflateSync } from 'node:zlib'
import * as tf from '@tensorflow/tfjs-core'
import { createOptimizer, gradientTransformation, valueAndGrad } from '../../core/dist/index.js'
import { glyphs } from '../../data/dist/index.js'
import { createSites, lenet } from '../../models/dist/index.js'
import { adam } from '../../optim/dist/index.js'
import { lateralMask, lateralMaskFactor, magnitudeMask, randomMask } from '../dist/index.js'

await tf.setBackend('wasm')
await tf.ready()

const STEPS = Number(process.env['STEPS'] ?? 1000)
const BATCH = 50
const SHOWN = [0, 1, 2, 3, 4, 5]
const SITE = 'conv1/output'
const ZOOM = 4
const SIDE = 28 * ZOOM

const { params, model } = train()
const test = glyphs({ size: 500, seed: 7, split: 'test' })
const gradient = gradientAt(params, 0, 500)
const kept = tf.tidy(() => tf.mean(lateralMaskFactor(gradient)).dataSync()[0])
const rows = [
  ['no mask', gradient],
  ['lateralMask()', lateralMask().update(gradient, {})[0]],
  [`magnitudeMask, keep ${kept.toFixed(2)}`, magnitudeMask({ threshold: { keep: kept } }).update(gradient, {})[0]],
  [`randomMask, keep ${kept.toFixed(2)}`, randomMask({ keep: kept }).update(gradient, { count: 0 })[0]],
]
const width = 190 + SHOWN.length * (SIDE + 8)
const height = (rows.length + 1) * (SIDE + 8) + 8
const flows = rows.map(([, map]) => norms(map))
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
  '<title>Where gradient flows over digits, before and after the mask</title>',
  `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
  ...['input', ...rows.map(([title]) => title)].flatMap((title, row) => [
    `<text x="8" y="${8 + row * (SIDE + 8) + SIDE / 2}" fill="#1f2328">${title}</text>`,
    ...SHOWN.map((image, column) => cell(row, column, image)),
  ]),
  '</svg>',
].join('\n')
const out = fileURLToPath(new URL('../../../docs/images/lateral-mask.svg', import.meta.url))
mkdirSync(fileURLToPath(new URL('.', `file://${out}`)), { recursive: true })
writeFileSync(out, `${svg}\n`)

const lines = rows.map(
  ([title], i) => `${title}: ${(100 * shareOnDigit(flows[i])).toFixed(1)} % of the squared norm on the box`,
)
process.stdout.write(
  `accuracy on 500 images: ${accuracy(params).toFixed(3)}; kept fraction ${kept.toFixed(3)}; ` +
    `the box covers ${(100 * boxShare()).toFixed(1)} % of the positions\n${lines.join('\n')}\n`,
)

function train() {
  const model = lenet({ inputShape: [32, 32, 1] })
  const data = glyphs({ size: STEPS * BATCH, seed: 1 })
  const optimizer = createOptimizer(adam(1e-3), model.init(0))
  for (let step = 0; step < STEPS; step++) {
    tf.tidy(() => void optimizer.minimize((params) => loss(model, params, data, step * BATCH, BATCH)))
  }
  return { params: optimizer.params, model }
}

function loss(model, params, data, first, size, options = {}) {
  const logits = model.apply(params, images(data, first, size), options)
  const labels = tf.oneHot(tf.tensor1d([...data.labels.subarray(first, first + size)], 'int32'), 10)
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), tf.cast(labels, 'float32')), 1)))
}

function images({ images: bytes }, first, size) {
  return tf.tensor4d(
    Float32Array.from(bytes.subarray(first * 1024, (first + size) * 1024), (b) => b / 255),
    [size, 32, 32, 1],
  )
}

/** The gradient of the loss at the site, which a transformation that changes nothing puts by. */
function gradientAt(params, first, size) {
  const recorder = gradientTransformation({
    init: () => ({ last: tf.scalar(0) }),
    update: (updates) => [updates, { last: updates }],
  })
  const sites = createSites(model.sites, { [SITE]: recorder })
  valueAndGrad((params) => loss(model, params, test, first, size, { training: true, sites }))(params)
  return sites.state[SITE].last
}

function accuracy(params) {
  return tf.tidy(() => {
    const predicted = tf.argMax(model.apply(params, images(test, 0, 500)), 1)
    return tf.mean(tf.cast(tf.equal(predicted, tf.tensor1d([...test.labels], 'int32')), 'float32')).dataSync()[0]
  })
}

/** The norm over channels, image by image. */
function norms(map) {
  return tf.tidy(() => tf.sqrt(tf.sum(tf.square(map), -1)).dataSync())
}

/** Whether the middle of the 5×5 patch that position `p` of the 28×28 map sees lies in the digit's box. */
function onDigit(image, p) {
  const [x0, y0, x1, y1] = test.boxes.subarray(4 * image, 4 * image + 4)
  const [x, y] = [(p % 28) + 2, Math.floor(p / 28) + 2]
  return x >= x0 && x < x1 && y >= y0 && y < y1
}

function shareOnDigit(flow) {
  const shares = Array.from({ length: 500 }, (_, image) => {
    let [on, all] = [0, 0]
    for (let p = 0; p < 784; p++) {
      const energy = flow[image * 784 + p] ** 2
      all += energy
      if (onDigit(image, p)) on += energy
    }
    return all > 0 ? on / all : 0
  })
  return shares.reduce((a, b) => a + b) / 500
}

function boxShare() {
  let on = 0
  for (let image = 0; image < 500; image++) for (let p = 0; p < 784; p++) on += onDigit(image, p) ? 1 : 0
  return on / (500 * 784)
}

function cell(row, column, image) {
  const [left, top] = [182 + column * (SIDE + 8), 8 + row * (SIDE + 8)]
  const png = picture(image, row === 0 ? undefined : flows[row - 1])
  return `<image x="${left}" y="${top}" width="${SIDE}" height="${SIDE}" href="data:image/png;base64,${png.toString('base64')}"/>`
}

/** The middle of the image in grey, with the flow over it in colour, relative to the largest flow without a mask. */
function picture(image, flow) {
  const largest = Math.max(...flows[0].subarray(image * 784, (image + 1) * 784))
  const rows = Buffer.alloc((3 * SIDE + 1) * SIDE)
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [u, v] = [Math.floor(y / ZOOM), Math.floor(x / ZOOM)]
      const grey = test.images[image * 1024 + (u + 2) * 32 + v + 2]
      const heat = flow === undefined ? 0 : flow[image * 784 + u * 28 + v] / largest
      const base = flow === undefined ? grey : grey / 3
      // From the image over red to yellow.
      const color = [base + heat * (255 - base), base * (1 - heat) + 230 * heat * heat, base * (1 - heat)]
      for (const [c, level] of color.entries())
        rows[y * (3 * SIDE + 1) + 1 + 3 * x + c] = Math.min(255, Math.round(level / 8) * 8)
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIDE, 0)
  header.writeUInt32BE(SIDE, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits, red green blue
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks])
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

function crc32(bytes) {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
