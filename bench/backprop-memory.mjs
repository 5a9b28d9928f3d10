// Peak bytes and time of a training step, stock tfjs beside @gg/backprop, on WASM with @gg/wasm-kernels. Interleaved,
// medians. Build first, then: node bench/backprop-memory.mjs [rounds]
import { cpus, loadavg } from 'node:os'
import { addBias, checkpoint, leanRelu, measureMemory, reluMaxPool } from '@gg/backprop'
import { valueAndGrad } from '@gg/core'
import '@gg/core/register-gradients'
import { cifarResnet } from '@gg/models'
import '@gg/wasm-kernels/register'
import * as tf from '@tensorflow/tfjs-core'

tf.env().set('IS_TEST', true) // no greeting

// The same net of the same parts; a scope around each block, so that only what is kept lives on.
const stock = {
  conv: (x, { kernel, bias }) => tf.tidy(() => tf.add(tf.conv2d(x, kernel, 1, 'same'), bias)),
  convRelu: (x, p) => tf.tidy(() => tf.relu(stock.conv(x, p))),
  convReluPool: (x, p) => tf.tidy(() => tf.maxPool(tf.relu(stock.conv(x, p)), 2, 2, 'valid')),
  relu: (x) => tf.relu(x),
  dense: (x, { kernel, bias }) => tf.tidy(() => tf.add(tf.matMul(x, kernel), bias)),
  block: (f) => f,
}
const lean = {
  conv: (x, { kernel, bias }) => tf.tidy(() => addBias(tf.conv2d(x, kernel, 1, 'same'), bias)),
  convRelu: (x, p) => tf.tidy(() => leanRelu(lean.conv(x, p))),
  convReluPool: (x, p) => tf.tidy(() => reluMaxPool(lean.conv(x, p), 2)),
  relu: (x) => leanRelu(x),
  dense: (x, { kernel, bias }) => tf.tidy(() => addBias(tf.matMul(x, kernel), bias)),
  block: (f) => f,
}
const rerun = { ...lean, block: checkpoint }

const conv = (size, cIn, cOut) => ({
  kernel: random([size, size, cIn, cOut], Math.sqrt(2 / (size * size * cIn))),
  bias: tf.zeros([cOut]),
})
const dense = (inputs, units) => ({ kernel: random([inputs, units], Math.sqrt(2 / inputs)), bias: tf.zeros([units]) })
const random = (shape, deviation) => tf.randomNormal(shape, 0, deviation, 'float32', 1)
const flat = (x) => tf.reshape(x, [x.shape[0], -1])

const nets = {
  'conv-ReLU-pool': {
    input: [64, 28, 28, 6],
    init: () => ({ conv1: conv(3, 6, 16) }),
    apply: (p, x, on) => flat(on.convReluPool(x, p.conv1)),
  },
  LeNet: {
    input: [64, 28, 28, 1],
    init: () => ({
      conv1: conv(5, 1, 6),
      conv2: conv(5, 6, 16),
      dense1: dense(784, 120),
      dense2: dense(120, 84),
      logits: dense(84, 10),
    }),
    apply: (p, x, on) => {
      const first = on.block(({ x, p }) => on.convReluPool(x, p))({ x, p: p.conv1 })
      const second = on.block(({ x, p }) => on.convReluPool(x, p))({ x: first, p: p.conv2 })
      return on.dense(on.relu(on.dense(on.relu(on.dense(flat(second), p.dense1)), p.dense2)), p.logits)
    },
  },
  'VGG-like': {
    input: [32, 32, 32, 3],
    init: () => ({
      one: { a: conv(3, 3, 16), b: conv(3, 16, 16) },
      two: { a: conv(3, 16, 32), b: conv(3, 32, 32) },
      three: { a: conv(3, 32, 64), b: conv(3, 64, 64) },
      logits: dense(1024, 10),
    }),
    apply: (p, x, on) => {
      const stage = on.block(({ x, p }) => tf.tidy(() => on.convReluPool(on.convRelu(x, p.a), p.b)))
      const maps = [p.one, p.two, p.three].reduce((x, p) => stage({ x, p }), x)
      return on.dense(flat(maps), p.logits)
    },
  },
  // With batch norm. Lean is that of @gg/models, where batch norm and the ReLU behind it are one node of the tape.
  'ResNet-8': {
    input: [32, 32, 32, 3],
    init: () => resnet8.init(0),
    apply: (p, x, on) => {
      if (on === lean) return resnet8.applyWithStats(p, stats, x, { training: true }).logits
      const block = on.block(({ x, p }) =>
        tf.tidy(() => {
          const first = on.relu(normalized(x, p.conv1, sizeOf(p) === x.shape[3] ? 1 : 2))
          return on.relu(tf.add(normalized(first, p.conv2, 1), shortcut(x, sizeOf(p))))
        }),
      )
      const stem = tf.tidy(() => on.relu(normalized(x, p.conv1, 1)))
      const maps = [p.stage1, p.stage2, p.stage3].reduce((x, { block1 }) => block({ x, p: block1 }), stem)
      return on.dense(tf.mean(maps, [1, 2]), p.logits)
    },
  },
}
const resnet8 = cifarResnet({ depth: 8 })
await tf.setBackend('wasm')
const stats = resnet8.initStats()

/** A convolution and batch norm out of tfjs' operations, as tf.layers has them. */
function normalized(x, { kernel, normalization: { scale, offset } }, stride) {
  return tf.tidy(() => {
    // PyTorch's padding, which at stride 2 is another than 'same'.
    const y = tf.conv2d(
      stride === 1
        ? x
        : tf.pad(x, [
            [0, 0],
            [1, 0],
            [1, 0],
            [0, 0],
          ]),
      kernel,
      stride,
      stride === 1 ? 'same' : 'valid',
    )
    const { mean, variance } = tf.moments(y, [0, 1, 2])
    return tf.batchNorm(y, mean, variance, offset, scale, 1e-5)
  })
}

/** Every second position, and zeros for the new channels (He et al. 2016, option A). */
function shortcut(x, filters) {
  const more = (filters - x.shape[3]) / 2
  return more === 0
    ? x
    : tf.tidy(() =>
        tf.pad(tf.avgPool(x, 1, 2, 'valid'), [
          [0, 0],
          [0, 0],
          [0, 0],
          [more, more],
        ]),
      )
}

function sizeOf({ conv2 }) {
  return conv2.kernel.shape[3]
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const kinds = { stock, lean, checkpoint: rerun }
const rows = []
const rounds = Number(process.argv[2] ?? 15)
for (const [name, net] of Object.entries(nets)) {
  const params = net.init()
  const x = random(net.input, 1)
  const step = (on) => () => {
    const loss = (p) => tf.mean(tf.square(net.apply(p, x, on)))
    const { value, grads } = valueAndGrad(loss)(params)
    const read = value.dataSync()[0]
    tf.dispose([value, ...Object.values(grads).flatMap(leavesOf)])
    return read
  }
  const found = Object.entries(kinds).map(([kind, on]) => {
    const { value, peakBytes } = measureMemory(step(on))
    return { kind, run: step(on), value, peakBytes, times: [] }
  })
  for (let round = -1; round < rounds; round++) {
    for (const each of found) {
      const start = process.cpuUsage()
      each.run()
      if (round >= 0) each.times.push(cpuMs(start))
    }
  }
  for (const { kind, value, peakBytes, times } of found) {
    if (Math.abs(value - found[0].value) > 1e-5 * Math.abs(value)) throw new Error(`${name} ${kind}: the loss differs`)
    rows.push({
      net: name,
      kind,
      'peak MB': (peakBytes / 1e6).toFixed(2),
      'of stock': (peakBytes / found[0].peakBytes).toFixed(2),
      'step ms': median(times).toFixed(1),
      // Each round's three runs meet the same weather, so ratios are taken round by round.
      'fastest ms': Math.min(...times).toFixed(1),
      'time of stock': median(times.map((t, i) => t / found[0].times[i])).toFixed(2),
    })
  }
  tf.dispose([x, ...Object.values(params).flatMap(leavesOf)])
}
const heads = Object.keys(rows[0])
console.log(`| ${heads.join(' | ')} |\n|${heads.map(() => ' --- |').join('')}`)
for (const row of rows) console.log(`| ${Object.values(row).join(' | ')} |`)
console.log(`${cpus()[0].model}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.version}`)

function cpuMs(start) {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e3
}

function leavesOf(tree) {
  return tree instanceof tf.Tensor ? [tree] : Object.values(tree).flatMap(leavesOf)
}
