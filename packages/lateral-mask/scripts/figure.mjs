// Draws docs/images/lateral-mask.svg: where the gradient of a first layer flows over images, without a mask, with the
// lateral mask, and with its controls at the same kept fraction. On the left a LeNet on drawn digits, whose place is
// known, so that it also prints how much of the gradient lies on the digit; on the right a ResNet-8 on CIFAR-10, where
// GG_DATA_DIR has it, and more digits where it has not.
// Run after a build of all packages: GG_DATA_DIR=... node packages/lateral-mask/scripts/figure.mjs
import '@gg/core/register-gradients'
import '@gg/wasm-kernels/register'
import { glyphs } from '@gg/data'
import { lateralMask, lateralMaskFactor, magnitudeMask, randomMask } from '@gg/lateral-mask'
import { cifarResnet, lenet } from '@gg/models'
import * as tf from '@tensorflow/tfjs-core'
import { accuracy, gradientAt, trainClassifier } from '../../../tools/figures/classifier.mjs'
import { writeFigure } from '../../../tools/figures/figure-file.mjs'
import { hot, pictureRows } from '../../../tools/figures/heat-maps.mjs'
import { batchOf, colorAt, realImages } from '../../../tools/figures/real-images.mjs'

await tf.setBackend('wasm')
await tf.ready()

const STEPS = Number(process.env['STEPS'] ?? 1000)
const SITE = 'conv1/output'

const digits = { train: glyphs({ size: 50_000, seed: 1 }), test: glyphs({ size: 1000, seed: 7, split: 'test' }) }
const pictures = await realImages('cifar10')
// A valid convolution of 5 × 5 sees around position p the pixels p to p + 4, so the map's edge is 2 pixels in.
const onDigits = look(lenet({ inputShape: digits.test.shape }), digits, { edge: 2, size: 500 })
const onPictures = look(cifarResnet({ depth: 8, inputShape: pictures.test.shape }), pictures, { edge: 0, size: 100 })

const shown = [
  ...[0, 1, 2].map((image) => ({ ...onDigits, image })),
  ...[1, 4, 5].map((image) => ({ ...onPictures, image })),
]
const titles = [
  { title: 'no mask' },
  { title: 'lateralMask()', note: `keeps ${onDigits.kept.toFixed(2)} and ${onPictures.kept.toFixed(2)}` },
  { title: 'magnitudeMask', note: 'control: as many positions' },
  { title: 'randomMask', note: 'control: as many positions' },
]
const rows = [
  { title: 'input', pixel: (column, u, v) => beneath(shown[column], u, v) },
  ...titles.map((title, row) => ({ ...title, pixel: (column, u, v) => over(shown[column], row, u, v) })),
]
writeFigure('lateral-mask', {
  title: 'Where gradient flows over images, before and after the mask',
  ...pictureRows(
    rows,
    shown.map(({ side }) => side),
  ),
})

const lines = titles.map(
  ({ title }, i) => `${title}: ${percent(shareOnDigit(onDigits.flows[i]))} of the squared norm on the box`,
)
process.stdout.write(
  `digits: kept fraction ${onDigits.kept.toFixed(3)}; the box covers ${percent(boxShare())} of the positions\n`,
)
process.stdout.write(`${lines.join('\n')}\npictures: kept fraction ${onPictures.kept.toFixed(3)}\n`)

/** A trained network's gradient over test images, without a mask and with each, as norms over channels. */
function look(model, { train, test }, { edge, size }) {
  const trained = trainClassifier(model, train, { steps: STEPS })
  process.stdout.write(
    `${model.name} on ${test.name}, ${STEPS} steps: accuracy ${accuracy(trained, test).toFixed(3)}\n`,
  )
  const { updates } = gradientAt(trained, batchOf(test, 0, size), SITE)
  const kept = tf.tidy(() => tf.mean(lateralMaskFactor(updates)).dataSync()[0])
  const maps = [
    updates,
    lateralMask().update(updates, {})[0],
    magnitudeMask({ threshold: { keep: kept } }).update(updates, {})[0],
    randomMask({ keep: kept }).update(updates, { count: 0 })[0],
  ]
  const flows = maps.map((map) => tf.tidy(() => tf.norm(map, 'euclidean', -1).dataSync()))
  return { test, edge, kept, flows, side: updates.shape[1] }
}

/** The image's colour at a place of the map. */
function beneath({ test, edge, image }, u, v) {
  const [height, width] = test.shape
  return colorAt(test, image, (edge + u * (height - 2 * edge)) / height, (edge + v * (width - 2 * edge)) / width)
}

/** The flow over the image, relative to nearly the largest flow without a mask. */
function over(seen, row, u, v) {
  const { flows, side, image } = seen
  const bright = flows[0].slice(image * side ** 2, (image + 1) * side ** 2).sort()[Math.floor(0.99 * side ** 2)]
  return hot(
    beneath(seen, u, v),
    flows[row][image * side ** 2 + Math.floor(u * side) * side + Math.floor(v * side)] / bright,
  )
}

/** Whether the middle of the patch that position `p` of the digits' map sees lies in the digit's box. */
function onDigit(image, p) {
  const [x0, y0, x1, y1] = digits.test.boxes.subarray(4 * image, 4 * image + 4)
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

function percent(fraction) {
  return `${(100 * fraction).toFixed(1)} %`
}
