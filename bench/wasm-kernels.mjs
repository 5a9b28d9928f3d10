// Stock WASM kernels beside ours, in one process, interleaved, medians. Build first, then: node bench/wasm-kernels.mjs
import { cpus } from 'node:os'
import '@tensorflow/tfjs-backend-wasm'
import { KERNEL_NAMES, registerWasmKernels } from '@gg/wasm-kernels'
import * as tf from '@tensorflow/tfjs-core'

const ROUNDS = 9
tf.env().set('IS_TEST', true) // no greeting

await tf.setBackend('wasm')
await tf.ready()
const backend = tf.backend()
const kernelsByName = () => Object.fromEntries(KERNEL_NAMES.map((name) => [name, tf.getKernel(name, 'wasm')]))
const stock = kernelsByName()
registerWasmKernels()
const ours = kernelsByName()

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]

function once(kernel, inputs, attrs) {
  const start = performance.now()
  const out = kernel.kernelFunc({ inputs, attrs, backend })
  const ms = performance.now() - start
  backend.disposeData(out.dataId)
  return ms
}

/** Median milliseconds of [stock, ours], taken in turns; NaN where there is no such kernel. */
function compare(name, inputs, attrs) {
  const kernels = [stock[name], ours[name]]
  const times = [[], []]
  for (let round = -2; round < ROUNDS; round++) {
    kernels.forEach((kernel, i) => {
      const ms = kernel === undefined ? Number.NaN : once(kernel, inputs, attrs)
      if (round >= 0) times[i].push(ms)
    })
  }
  return times.map(median)
}

const rows = []
function row(title, name, inputs, attrs, work, unit) {
  const figures = compare(name, inputs, attrs).map((ms) => (unit === 'GFLOP/s' ? work / ms / 1e6 : (ms * 1e6) / work))
  const [before, after] = figures.map((f) => (Number.isNaN(f) ? 'none' : f < 10 ? f.toFixed(2) : f.toFixed(1)))
  rows.push({ kernel: name, case: title, unit, stock: before, ours: after })
  tf.dispose(inputs)
}

for (const [a, b, transposeA, transposeB, flops] of [
  [[1024, 1024], [1024, 1024], true, false, 2 * 1024 ** 3],
  [[1024, 1024], [1024, 1024], false, true, 2 * 1024 ** 3],
  [[1024, 1024], [1024, 1024], true, true, 2 * 1024 ** 3],
  [[64, 784], [64, 256], true, false, 2 * 64 * 784 * 256],
  [[64, 256], [784, 256], false, true, 2 * 64 * 784 * 256],
  [[65536, 144], [65536, 16], true, false, 2 * 65536 * 144 * 16],
  [[8, 128, 128], [8, 128, 128], true, false, 2 * 8 * 128 ** 3],
  [[8, 128, 128], [8, 128, 128], false, false, 2 * 8 * 128 ** 3],
]) {
  const title = `[${a}]${transposeA ? 'ᵀ' : ''} · [${b}]${transposeB ? 'ᵀ' : ''}`
  const inputs = { a: tf.randomNormal(a), b: tf.randomNormal(b) }
  row(title, 'BatchMatMul', inputs, { transposeA, transposeB }, flops, 'GFLOP/s')
}
{
  const inputs = { a: tf.randomNormal([1, 784, 64]), b: tf.randomNormal([1, 784, 256]), bias: tf.randomNormal([256]) }
  const attrs = { transposeA: true, transposeB: false, activation: 'relu' }
  row('[784,64]ᵀ · [784,256] + bias, relu', '_FusedMatMul', inputs, attrs, 2 * 64 * 784 * 256, 'GFLOP/s')
}

for (const [size, cIn, cOut, k, strides] of [
  [28, 1, 6, 5, 1],
  [14, 6, 16, 5, 1],
  [32, 3, 16, 3, 1],
  [32, 16, 16, 3, 1],
  [32, 16, 32, 3, 2],
  [16, 32, 32, 3, 1],
  [8, 64, 64, 3, 1],
  [32, 16, 32, 1, 2],
  [16, 64, 64, 1, 1],
]) {
  const out = Math.ceil(size / strides)
  const flops = 2 * 64 * out * out * k * k * cIn * cOut
  const title = `64 × ${size}×${size}×${cIn} → ${cOut}, ${k}×${k}, stride ${strides}`
  const [xShape, filterShape, dyShape] = [
    [64, size, size, cIn],
    [k, k, cIn, cOut],
    [64, out, out, cOut],
  ]
  const attrs = { strides, pad: 'same', dataFormat: 'NHWC', filterShape, inputShape: xShape }
  const gradFilter = { x: tf.randomNormal(xShape), dy: tf.randomNormal(dyShape) }
  row(title, 'Conv2DBackpropFilter', gradFilter, attrs, flops, 'GFLOP/s')
  const gradInput = { dy: tf.randomNormal(dyShape), filter: tf.randomNormal(filterShape) }
  row(title, 'Conv2DBackpropInput', gradInput, attrs, flops, 'GFLOP/s')
}

{
  const [xShape, dyShape, filterShape] = [
    [64, 32, 32, 16],
    [64, 32, 32, 16],
    [3, 3, 16, 1],
  ]
  const attrs = { strides: 1, pad: 'same', dilations: 1, filterShape, inputShape: xShape }
  const flops = 2 * 64 * 32 * 32 * 9 * 16
  const title = '64 × 32×32×16, 3×3'
  const gradFilter = { x: tf.randomNormal(xShape), dy: tf.randomNormal(dyShape) }
  row(title, 'DepthwiseConv2dNativeBackpropFilter', gradFilter, attrs, flops, 'GFLOP/s')
  const gradInput = { dy: tf.randomNormal(dyShape), filter: tf.randomNormal(filterShape) }
  row(title, 'DepthwiseConv2dNativeBackpropInput', gradInput, attrs, flops, 'GFLOP/s')
}

const image = () => tf.randomNormal([64, 32, 32, 16])
const numbers = 64 * 32 * 32 * 16
const pooling = { filterSize: 2, strides: 2, pad: 'valid' }
for (const [title, name, inputs, attrs] of [
  ['2×2, per number of x', 'MaxPool', { x: image() }, pooling],
  [
    '2×2, per number of x',
    'MaxPoolGrad',
    { dy: tf.randomNormal([64, 16, 16, 16]), input: image(), output: tf.randomNormal([64, 16, 16, 16]) },
    pooling,
  ],
  ['2×2, per number of x', 'AvgPoolGrad', { dy: tf.randomNormal([64, 16, 16, 16]), input: image() }, pooling],
  ['[64,32,32,16] over [0, 1, 2]', 'Sum', { x: image() }, { axis: [0, 1, 2], keepDims: false }],
  ['[64,32,32,16] over [1, 2]', 'Mean', { x: image() }, { axis: [1, 2], keepDims: false }],
  ['[64,32,32,16] over all', 'Sum', { x: image() }, { axis: [0, 1, 2, 3], keepDims: false }],
  ['[65536,16] over [1]', 'Sum', { x: tf.randomNormal([65536, 16]) }, { axis: [1], keepDims: false }],
  ['[64,32,32,16]', 'Identity', { x: image() }, {}],
]) {
  row(title, name, inputs, attrs, numbers, 'ns/number')
}

console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.versions.node}, tfjs ${tf.version_core}, 1 thread`,
)
console.table(rows)
