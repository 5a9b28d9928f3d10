// The kernels of training in one pass beside the plain operations that they stand for, both on @gg/wasm-kernels, in one
// process on one thread, interleaved, the least of 60 calls, in milliseconds: forward and backward, or a step. Build first, then:
// node bench/wasm-fused.mjs [part of a title]
import { cpus } from 'node:os'
import '@gg/core/register-gradients'
import '@gg/wasm-kernels/register'
import { reluMaxPool } from '@gg/backprop'
import { applyUpdates, transformGradient } from '@gg/core'
import { accelerate } from '@gg/gaaf'
import { gate } from '@gg/gating'
import { lateralMask } from '@gg/lateral-mask'
import { adam, adamw, flatten, sgd } from '@gg/optim'
import * as tf from '@tensorflow/tfjs-core'

const ROUNDS = 60
tf.env().set('IS_TEST', true) // no greeting
await tf.setBackend('wasm')
await tf.ready()
const fused = tf.getKernelsForBackend('wasm').filter(({ kernelName }) => kernelName.startsWith('Gg'))

const map = tf.randomNormal([64, 32, 32, 16], 0, 1, 'float32', 1)
const dy = tf.randomNormal(map.shape, 0, 1, 'float32', 2)
const pooled = tf.randomNormal([64, 16, 16, 16], 0, 1, 'float32', 3)
const backward = (f, above = dy) => {
  const gradient = tf.grad(f)
  return () => tf.dispose(gradient(map, above))
}

/** A step of an optimizer on weights of these shapes. */
function step(optimizer, shapes) {
  const params = Object.fromEntries(shapes.map((shape, i) => [`w${i}`, tf.randomNormal(shape, 0, 1, 'float32', i)]))
  const grads = tf.tidy(() =>
    Object.fromEntries(Object.entries(params).map(([name, w]) => [name, tf.clone(tf.mul(w, 0.1))])),
  )
  let state = optimizer.init(params)
  return () => {
    const [updates, next] = optimizer.update(grads, state, params)
    tf.dispose([applyUpdates(params, updates), updates, state])
    state = next
  }
}

const large = [
  [3, 3, 256, 512],
  [3, 3, 512, 512],
  [512, 256],
]
const small = Array.from({ length: 60 }, () => [1024])
const BENCHES = {
  'gate()': backward((x) => transformGradient(x, gate())),
  "accelerate('relu')": backward(accelerate('relu')),
  "accelerate('tanh')": backward(accelerate('tanh')),
  'lateralMask()': backward((x) => transformGradient(x, lateralMask())),
  'lateralMask({ threshold: { keep: 0.3 } })': backward((x) =>
    transformGradient(x, lateralMask({ threshold: { keep: 0.3 } })),
  ),
  'reluMaxPool, windows of 2 × 2': backward((x) => reluMaxPool(x, 2), pooled),
  'SGD with momentum, 3.7 M weights': step(sgd(0.01, { momentum: 0.9 }), large),
  'Adam, 3.7 M weights': step(adam(1e-3), large),
  'Adam, 60 × 1,024': step(adam(1e-3), small),
  'AdamW, 60 × 1,024': step(adamw(1e-3), small),
  'Adam through flatten, 60 × 1,024': step(flatten(adam(1e-3)), small),
}

const rows = []
for (const [title, run] of Object.entries(BENCHES)) {
  if (process.argv.length > 2 && !process.argv.slice(2).some((part) => title.includes(part))) continue
  const [plain, one] = compare(run)
  rows.push({
    operation: title,
    'plain, ms': plain.toPrecision(3),
    'fused, ms': one.toPrecision(3),
    ratio: (plain / one).toPrecision(2),
  })
}
console.log(`${cpus()[0].model.trim()}, Node ${process.versions.node}, tfjs ${tf.version_core}, 1 thread`)
console.table(rows)

/** Least milliseconds of [plain, fused], taken in turns. */
function compare(run) {
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = -10; round < ROUNDS; round++) {
    for (const i of [0, 1]) {
      if (i === 0) for (const { kernelName } of fused) tf.unregisterKernel(kernelName, 'wasm')
      const start = performance.now()
      run()
      const time = performance.now() - start
      if (i === 0) fused.forEach(tf.registerKernel)
      // The first rounds are V8's.
      if (round >= 0) least[i] = Math.min(least[i], time)
    }
  }
  return least
}
