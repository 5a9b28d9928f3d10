// Draws docs/images/gating.svg: where the gradient of a ResNet-8 flows over CIFAR-10's images without a gate and behind
// one; and prints how much of it there is and where. The images are read from GG_DATA_DIR; without them it draws digits.
// Run after a build of all packages: GG_DATA_DIR=... node packages/gating/scripts/figure.mjs
import '@gg/core/register-gradients'
import '@gg/wasm-kernels/register'
import { gate, gateFactor } from '@gg/gating'
import { cifarResnet } from '@gg/models'
import * as tf from '@tensorflow/tfjs-core'
import { accuracy, gradientAt, trainClassifier } from '../../../tools/figures/classifier.mjs'
import { writeFigure } from '../../../tools/figures/figure-file.mjs'
import { hot, more, pictureRows } from '../../../tools/figures/heat-maps.mjs'
import { batchOf, colorAt, realImages } from '../../../tools/figures/real-images.mjs'

await tf.setBackend('wasm')
await tf.ready()

const STEPS = Number(process.env['STEPS'] ?? 600)
const SITE = process.env['SITE'] ?? 'conv1/output'
const SIZE = 100
const SHOWN = (process.env['SHOWN'] ?? '0,1,2,3,4,5').split(',').map(Number)

const { train, test } = await realImages('cifar10')
const model = cifarResnet({ depth: 8, inputShape: test.shape })
const trained = trainClassifier(model, train, { steps: STEPS })
const { updates: plain, params: map } = gradientAt(trained, batchOf(test, 0, SIZE), SITE)
const side = plain.shape[1]

const factor = tf.tidy(() => tf.mean(gateFactor(map), -1).dataSync())
const before = norms(plain)
const behind = norms(gate().update(plain, {}, map)[0])
const moved = norms(gate({ rescale: 'preserve-norm' }).update(plain, {}, map)[0])

const at = (flow, image, u, v) => flow[(image * side + Math.floor(u * side)) * side + Math.floor(v * side)]
const mapOf = (flow, image) => flow.slice(image * side * side, (image + 1) * side * side)
// Nearly the largest: one bright point would leave all else dark.
const bright = (flow, image) => mapOf(flow, image).map(Math.abs).sort()[Math.floor(0.99 * side * side)]
const over = (flow, most) => (column, u, v) => {
  const image = SHOWN[column]
  return hot(colorAt(test, image, u, v), at(flow, image, u, v) / most(image))
}
const open = factor.map((f) => f - 0.5)
const change = moved.map((flow, i) => flow - before[i])
const rows = [
  { title: 'input', pixel: (column, u, v) => colorAt(test, SHOWN[column], u, v) },
  { title: 'gradient, no gate', pixel: over(before, (image) => bright(before, image)) },
  {
    title: 'the gate σ(Y)',
    note: 'mean of channels: red above ½',
    pixel: (column, u, v) => more(at(open, SHOWN[column], u, v) / bright(open, SHOWN[column])),
  },
  { title: 'gradient behind gate()', pixel: over(behind, (image) => bright(before, image)) },
  {
    title: 'what it moves',
    note: 'at equal norm: red more, blue less',
    pixel: (column, u, v) => more(at(change, SHOWN[column], u, v) / bright(change, SHOWN[column])),
  },
]
writeFigure('gating', {
  title: 'Where gradient flows over images, without a gate and behind one',
  ...pictureRows(
    rows,
    SHOWN.map(() => side),
  ),
})

const share = norm(behind) / norm(before)
process.stdout.write(`${model.name} on ${test.name}, ${STEPS} steps: accuracy ${accuracy(trained, test).toFixed(3)}\n`)
process.stdout.write(`at ${SITE}: norm behind the gate over norm without: ${share.toFixed(3)}\n`)
process.stdout.write(
  `positions that hold half of the squared norm: ${half(before)} without, ${half(behind)} behind the gate\n`,
)

/** The norm over channels, position by position. */
function norms(flow) {
  return tf.tidy(() => tf.norm(flow, 'euclidean', -1).dataSync())
}

function norm(flow) {
  return Math.sqrt(flow.reduce((total, x) => total + x * x, 0))
}

/** The smallest fraction of an image's positions that holds half of its squared norm, the mean of the images. */
function half(flow) {
  const fractions = Array.from({ length: SIZE }, (_, image) => {
    const energies = mapOf(flow, image)
      .map((x) => x * x)
      .sort()
      .reverse()
    const enough = energies.reduce((a, b) => a + b) / 2
    let [sum, count] = [0, 0]
    while (sum < enough) sum += energies[count++]
    return count / (side * side)
  })
  return `${((100 * fractions.reduce((a, b) => a + b)) / SIZE).toFixed(1)} %`
}
