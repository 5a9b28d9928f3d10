// Stock WASM kernels beside ours where memory is the limit, in one process, interleaved, medians, ns per number; and for
// tensors of 16 numbers, µs per call. Time is the processor's, not the clock's: other work on the machine makes it longer by
// what it takes of the caches, not by the turns it takes. Build first, then: node bench/wasm-elementwise.mjs [kernel …]
import { cpus } from 'node:os'
import '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'

const { KERNEL_NAMES, registerWasmKernels } = await import(process.env.GG_WASM_KERNELS ?? '@gg/wasm-kernels')
const ROUNDS = 41
tf.env().set('IS_TEST', true) // no greeting
await tf.setBackend('wasm')
await tf.ready()
const backend = tf.backend()
const kernelsByName = () => Object.fromEntries(KERNEL_NAMES.map((name) => [name, tf.getKernel(name, 'wasm')]))
const stock = kernelsByName()
registerWasmKernels()
const ours = kernelsByName()

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const size = (shape) => shape.reduce((n, s) => n * s, 1)

/** Milliseconds of the processor that a call takes. */
function time(kernel, inputs, attrs, calls) {
  const start = process.cpuUsage()
  for (let call = 0; call < calls; call++) {
    const out = kernel.kernelFunc({ inputs, attrs, backend })
    for (const { dataId } of [out].flat()) backend.disposeData(dataId)
  }
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000 / calls
}

/** Median milliseconds a call of [stock, ours], taken in turns, so that both meet the same machine. */
function compare(name, inputs, attrs, calls) {
  const kernels = [stock[name], ours[name]]
  const times = [[], []]
  // V8 compiles what is hot in the background: both first run until that has happened.
  for (const kernel of kernels) {
    for (const start = performance.now(); kernel !== undefined && performance.now() - start < 30; ) {
      time(kernel, inputs, attrs, calls)
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, kernel] of kernels.entries()) {
      times[i].push(kernel === undefined ? Number.NaN : time(kernel, inputs, attrs, calls))
    }
  }
  return times.map(median)
}

const wanted = process.argv.slice(2)
const rows = []
function row(title, name, inputs, attrs = {}) {
  if (ours[name] === undefined || (wanted.length > 0 && !wanted.includes(name))) return
  const numbers = Math.max(...Object.values(inputs).map(({ shape }) => size(shape)))
  const few = numbers < 1000
  const [before, after] = compare(name, inputs, attrs, few ? 500 : Math.max(1, 5e5 / numbers))
  const scale = few ? 1e3 : 1e6 / numbers
  rows.push({
    kernel: name,
    case: title,
    unit: few ? 'µs/call' : 'ns/number',
    stock: Number.isNaN(before) ? 'none' : (before * scale).toFixed(2),
    ours: (after * scale).toFixed(2),
    ratio: Number.isNaN(before) ? '' : (before / after).toFixed(1),
  })
  tf.dispose(inputs)
}

const SIZES = { 16: [16], '64 K': [65536], '1 M': [64, 32, 32, 16] }
const UNARY = {
  Relu: {},
  Step: { alpha: 0 },
  Square: {},
  Sqrt: {},
  Exp: {},
  Log: {},
  Tanh: {},
  Sigmoid: {},
  ClipByValue: { clipValueMin: -1, clipValueMax: 1 },
}
for (const [name, attrs] of Object.entries(UNARY)) {
  for (const [title, shape] of Object.entries(SIZES)) row(title, name, { x: tf.abs(tf.randomNormal(shape)) }, attrs)
}
for (const name of ['Add', 'Multiply', 'RealDiv', 'Maximum', 'Greater']) {
  for (const [title, shape] of Object.entries(SIZES)) {
    row(title, name, { a: tf.randomNormal(shape), b: tf.randomNormal(shape) })
  }
}
for (const [a, b] of [
  [[64, 32, 32, 16], []],
  [[64, 32, 32, 16], [16]],
  [[64, 28, 28, 6], [6]],
  [[64, 120], [120]],
  [
    [64, 10],
    [64, 1],
  ],
  [
    [65536, 16],
    [65536, 1],
  ],
  [
    [64, 32, 32, 16],
    [64, 1, 1, 16],
  ],
]) {
  row(`[${a}] · [${b}]`, 'Multiply', { a: tf.randomNormal(a), b: tf.randomNormal(b) })
}

const image = () => tf.randomNormal([64, 32, 32, 16])
for (const [shape, axis] of [
  [
    [64, 32, 32, 16],
    [0, 1, 2],
  ],
  [
    [64, 28, 28, 6],
    [0, 1, 2],
  ],
  [
    [64, 32, 32, 16],
    [1, 2],
  ],
  [
    [64, 32, 32, 16],
    [0, 1, 2, 3],
  ],
  [[64, 16384], [0]],
  [[65536, 16], [1]],
  [[64, 10], [1]],
  [[8, 10], [1]],
]) {
  const title = `[${shape}] over [${axis}]`
  row(title, 'Sum', { x: tf.randomNormal(shape) }, { axis, keepDims: false })
  row(title, 'Mean', { x: tf.randomNormal(shape) }, { axis, keepDims: false })
  row(title, 'Max', { x: tf.randomNormal(shape) }, { reductionIndices: axis, keepDims: false })
}

for (const [filterSize, strides, x] of [
  [2, 2, [64, 32, 32, 16]],
  [2, 2, [64, 28, 28, 6]],
  [3, 1, [64, 32, 32, 16]],
]) {
  const attrs = { filterSize, strides, pad: strides === 1 ? 'same' : 'valid' }
  const y = [x[0], x[1] / strides, x[2] / strides, x[3]]
  const title = `[${x}], ${filterSize}×${filterSize}, stride ${strides}`
  row(title, 'MaxPool', { x: tf.randomNormal(x) }, attrs)
  row(title, 'MaxPoolGrad', { dy: tf.randomNormal(y), input: tf.randomNormal(x), output: tf.randomNormal(y) }, attrs)
  row(title, 'AvgPool', { x: tf.randomNormal(x) }, attrs)
  row(title, 'AvgPoolGrad', { dy: tf.randomNormal(y), input: tf.randomNormal(x) }, attrs)
}

for (const [shape, perm] of [
  [
    [1024, 1024],
    [1, 0],
  ],
  [
    [64, 32, 32, 16],
    [0, 3, 1, 2],
  ],
  [
    [64, 16, 32, 32],
    [0, 2, 3, 1],
  ],
  [
    [64, 32, 32, 16],
    [1, 2, 0, 3],
  ],
  [
    [64, 128, 128],
    [0, 2, 1],
  ],
  [
    [4, 4],
    [1, 0],
  ],
]) {
  row(`[${shape}] by [${perm}]`, 'Transpose', { x: tf.randomNormal(shape) }, { perm })
}
row('[64,32,32,16], half of the channels', 'Slice', { x: image() }, { begin: [0, 0, 0, 0], size: [64, 32, 32, 8] })
row(
  '[64,32,32,16], 8 channels more',
  'PadV2',
  { x: image() },
  {
    paddings: [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 8],
    ],
    constantValue: 0,
  },
)
row('[64,32,32,16] twice, channels', 'Concat', [image(), image()], { axis: 3 })
row('[64,10]', 'Softmax', { logits: tf.randomNormal([64, 10]) }, { dim: 1 })
row('[4096,100]', 'Softmax', { logits: tf.randomNormal([4096, 100]) }, { dim: 1 })

console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.versions.node}, tfjs ${tf.version_core}, 1 thread`,
)
console.table(rows)
