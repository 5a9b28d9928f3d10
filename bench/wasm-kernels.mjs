// Stock WASM kernels beside ours, in one process, interleaved, the least processor time of many runs; GFLOP/s beside what the
// processor can do at most. Build first, then: node bench/wasm-kernels.mjs [part of a row's name]
import { readFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import v8 from 'node:v8'
import '@tensorflow/tfjs-backend-wasm'
import { describe, KERNEL_NAMES, registerWasmKernels } from '@gg/wasm-kernels'
import * as tf from '@tensorflow/tfjs-core'

const ROUNDS = 25
const ONLY = process.argv[2] ?? ''
// As `enableWasm` does it: Node 20 has fused multiply-add behind a flag.
if (Number.parseInt(process.versions.v8, 10) < 12) v8.setFlagsFromString('--experimental-wasm-relaxed-simd')
tf.env().set('IS_TEST', true) // no greeting

await tf.setBackend('wasm')
await tf.ready()
const backend = tf.backend()
const kernelsByName = () => Object.fromEntries(KERNEL_NAMES.map((name) => [name, tf.getKernel(name, 'wasm')]))
const stock = kernelsByName()
registerWasmKernels()
const ours = kernelsByName()
const { build } = describe()

/** GFLOP/s of multiply-adds in registers and nothing else, by the build that runs. */
const ceiling = await (async () => {
  const bytes = await readFile(new URL(`../packages/wasm-kernels/build/${build}.wasm`, import.meta.url))
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } })
  new Int32Array(memory.buffer).set([1024, 512])
  const [rows, columns] = build.match(/\d+/g).slice(-2).map(Number)
  const items = 500_000
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 50; round++) {
    const start = processorTime()
    instance.exports.ceiling(0, 0, items, 0)
    best = Math.min(best, processorTime() - start)
  }
  return (2 * rows * columns * items) / best / 1e6
})()

/** Processor time of the process in ms: what other programs take of the machine does not count. */
function processorTime() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Milliseconds of processor time for one call, out of `calls`. */
function once(kernel, inputs, attrs, calls) {
  const start = processorTime()
  for (let i = 0; i < calls; i++) backend.disposeData(kernel.kernelFunc({ inputs, attrs, backend }).dataId)
  return (processorTime() - start) / calls
}

/** Milliseconds of processor time of [stock, ours], taken in turns; NaN where there is no such kernel. */
function compare(name, inputs, attrs) {
  const kernels = [stock[name], ours[name]]
  const best = kernels.map((kernel) => (kernel === undefined ? Number.NaN : Number.POSITIVE_INFINITY))
  const calls = kernels.map((kernel) => (kernel === undefined ? 0 : Math.ceil(2 / once(kernel, inputs, attrs, 1))))
  const start = performance.now()
  // Two rounds to warm up; after three more, a kernel that takes long is let go.
  for (let round = -2; round < ROUNDS && (round < 3 || performance.now() - start < 2000); round++) {
    kernels.forEach((kernel, i) => {
      if (kernel === undefined) return
      const ms = once(kernel, inputs, attrs, calls[i])
      if (round >= 0) best[i] = Math.min(best[i], ms)
    })
  }
  return best
}

const rows = []
const show = (f) => (Number.isNaN(f) ? 'none' : f < 10 ? f.toFixed(2) : f.toFixed(1))
function row(title, name, shapes, attrs, work, unit) {
  if (!`${name} ${title}`.includes(ONLY)) return
  const inputs = Object.fromEntries(Object.entries(shapes).map(([input, shape]) => [input, tf.randomNormal(shape)]))
  const figures = compare(name, inputs, attrs).map((ms) => (unit === 'GFLOP/s' ? work / ms / 1e6 : (ms * 1e6) / work))
  const [before, after] = figures.map(show)
  const share = unit === 'GFLOP/s' ? `${Math.round((100 * figures[1]) / ceiling)} %` : ''
  rows.push({ kernel: name, case: title, unit, stock: before, ours: after, 'of the ceiling': share })
  tf.dispose(inputs)
}

for (const [a, b, transposeA, transposeB, flops] of [
  [[1024, 1024], [1024, 1024], false, false, 2 * 1024 ** 3],
  [[1024, 1024], [1024, 1024], true, false, 2 * 1024 ** 3],
  [[1024, 1024], [1024, 1024], false, true, 2 * 1024 ** 3],
  [[1024, 1024], [1024, 1024], true, true, 2 * 1024 ** 3],
  [[256, 256], [256, 256], false, false, 2 * 256 ** 3],
  [[256, 256], [256, 256], true, true, 2 * 256 ** 3],
  [[64, 784], [64, 256], true, false, 2 * 64 * 784 * 256],
  [[64, 256], [784, 256], false, true, 2 * 64 * 784 * 256],
  [[64, 84], [84, 10], false, false, 2 * 64 * 84 * 10],
  [[1, 1024], [1024, 1024], false, false, 2 * 1024 ** 2],
  [[1024, 1024], [1024, 1], false, false, 2 * 1024 ** 2],
  [[65536, 144], [65536, 16], true, false, 2 * 65536 * 144 * 16],
  [[8, 128, 128], [8, 128, 128], true, false, 2 * 8 * 128 ** 3],
  [[8, 128, 128], [8, 128, 128], false, false, 2 * 8 * 128 ** 3],
  [[256, 16, 16], [256, 16, 16], false, true, 2 * 256 * 16 ** 3],
]) {
  const title = `[${a}]${transposeA ? 'ᵀ' : ''} · [${b}]${transposeB ? 'ᵀ' : ''}`
  row(title, 'BatchMatMul', { a, b }, { transposeA, transposeB }, flops, 'GFLOP/s')
}
row(
  '[784,64]ᵀ · [784,256] + bias, relu',
  '_FusedMatMul',
  { a: [1, 784, 64], b: [1, 784, 256], bias: [256] },
  { transposeA: true, transposeB: false, activation: 'relu' },
  2 * 64 * 784 * 256,
  'GFLOP/s',
)

for (const [batch, size, cIn, cOut, k, strides] of [
  [64, 28, 1, 6, 5, 1],
  [64, 14, 6, 16, 5, 1],
  [64, 32, 3, 16, 3, 1],
  [64, 32, 16, 16, 3, 1],
  [64, 32, 16, 32, 3, 2],
  [64, 16, 32, 32, 3, 1],
  [64, 8, 64, 64, 3, 1],
  [64, 32, 16, 32, 1, 2],
  [64, 16, 64, 64, 1, 1],
  [16, 16, 128, 128, 3, 1],
  [16, 4, 512, 512, 3, 1],
]) {
  const out = Math.ceil(size / strides)
  const flops = 2 * batch * out * out * k * k * cIn * cOut
  const title = `${batch} × ${size}×${size}×${cIn} → ${cOut}, ${k}×${k}, stride ${strides}`
  const [x, filter, dy] = [
    [batch, size, size, cIn],
    [k, k, cIn, cOut],
    [batch, out, out, cOut],
  ]
  const attrs = { strides, pad: 'same', dilations: 1, dataFormat: 'NHWC', filterShape: filter, inputShape: x }
  row(title, 'Conv2D', { x, filter }, attrs, flops, 'GFLOP/s')
  row(title, 'FusedConv2D', { x, filter, bias: [cOut] }, { ...attrs, activation: 'relu' }, flops, 'GFLOP/s')
  row(title, 'Conv2DBackpropInput', { dy, filter }, attrs, flops, 'GFLOP/s')
  row(title, 'Conv2DBackpropFilter', { x, dy }, attrs, flops, 'GFLOP/s')
}

for (const [channels, strides] of [
  [16, 1],
  [64, 2],
]) {
  const out = 32 / strides
  const [x, dy, filter] = [
    [64, 32, 32, channels],
    [64, out, out, channels],
    [3, 3, channels, 1],
  ]
  const attrs = { strides, pad: 'same', dilations: 1, filterShape: filter, inputShape: x }
  const flops = 2 * 64 * out * out * 9 * channels
  const title = `64 × 32×32×${channels}, 3×3, stride ${strides}`
  row(title, 'DepthwiseConv2dNativeBackpropFilter', { x, dy }, attrs, flops, 'GFLOP/s')
  row(title, 'DepthwiseConv2dNativeBackpropInput', { dy, filter }, attrs, flops, 'GFLOP/s')
}

const image = [64, 32, 32, 16]
const numbers = 64 * 32 * 32 * 16
const pooling = { filterSize: 2, strides: 2, pad: 'valid' }
for (const [title, name, inputs, attrs] of [
  ['2×2, per number of x', 'MaxPool', { x: image }, pooling],
  ['2×2, per number of x', 'MaxPoolGrad', { dy: [64, 16, 16, 16], input: image, output: [64, 16, 16, 16] }, pooling],
  ['2×2, per number of x', 'AvgPoolGrad', { dy: [64, 16, 16, 16], input: image }, pooling],
  ['[64,32,32,16] over [0, 1, 2]', 'Sum', { x: image }, { axis: [0, 1, 2], keepDims: false }],
  ['[64,32,32,16] over [1, 2]', 'Mean', { x: image }, { axis: [1, 2], keepDims: false }],
  ['[64,32,32,16] over all', 'Sum', { x: image }, { axis: [0, 1, 2, 3], keepDims: false }],
  ['[65536,16] over [1]', 'Sum', { x: [65536, 16] }, { axis: [1], keepDims: false }],
  ['[64,32,32,16]', 'Identity', { x: image }, {}],
]) {
  row(title, name, inputs, attrs, numbers, 'ns/number')
}

const load = loadavg()
  .map((n) => n.toFixed(1))
  .join(' ')
console.log(
  `${cpus()[0].model}, ${cpus().length} cores (load ${load}), Node ${process.versions.node}, ` +
    `tfjs ${tf.version_core}, 1 thread, ${build}, ceiling ${ceiling.toFixed(1)} GFLOP/s`,
)
console.table(rows)
