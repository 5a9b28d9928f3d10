// Prints the table of the README: what dropout does to a network of tanh, after Hahn and Choi's analysis (2018), and what
// the observers cost. Run after a build of all packages: node packages/diagnostics/scripts/dropout.mjs
import '../../core/dist/register-gradients.js'
import '../../wasm-kernels/dist/register.js'
import * as tf from '@tensorflow/tfjs-core'
import { chain, createOptimizer } from '../../core/dist/index.js'
import { batches, glyphs, toTensors } from '../../data/dist/index.js'
import { createSites, lenet, mlp } from '../../models/dist/index.js'
import { adam } from '../../optim/dist/index.js'
import { coAdaptation, gradientFlow, saturation, summarize, toTable } from '../dist/index.js'

await tf.setBackend('wasm')
await tf.ready()

const DECAY = { decay: 0.95 }
const digits = drawn(320)

for (const dropout of [0, 0.5]) {
  const model = mlp({ inputShape: [32, 32, 1], hidden: [64, 64, 64], classes: 10, activation: 'tanh', dropout })
  const observers = chain(gradientFlow(DECAY), saturation(DECAY), coAdaptation(DECAY))
  const run = start(model, { 'dense?/output': observers })
  for (let step = 0; step < 300; step++) run.step(step)
  process.stdout.write(`dropout ${dropout}\n${toTable(await summarize(run.sites.state))}\n\n`)
}

// Interleaved, so that what else the machine does meets all alike.
const runs = [
  ['no observer', {}],
  ['gradientFlow', { '**/output': gradientFlow() }],
  ['saturation', { '**/output': saturation() }],
  ['coAdaptation', { '**/output': coAdaptation() }],
].map(([title, at]) => ({ title, ...start(lenet({ inputShape: [32, 32, 1] }), at), times: [] }))
for (let step = 0; step < 60; step++) {
  for (const run of runs) {
    const begin = performance.now()
    run.step(step)
    // The first ones warm up.
    if (step >= 10) run.times.push(performance.now() - begin)
  }
}
for (const { title, times } of runs) {
  const ratio = median(times) / median(runs[0].times)
  process.stdout.write(`a step of a LeNet, batch 32, ${title}: ${median(times).toFixed(1)} ms, ${ratio.toFixed(2)}\n`)
}

function start(model, at) {
  const sites = createSites(model.sites, at)
  const optimizer = createOptimizer(adam(2e-3), model.init(0))
  const step = (step) => {
    const { images, labels } = digits[step % digits.length]
    tf.tidy(() => {
      const loss = optimizer.minimize((params) => {
        const logits = model.apply(params, images, { training: true, sites, dropoutSeed: step })
        return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), tf.cast(tf.oneHot(labels, 10), 'float32')), 1)))
      })
      loss.dataSync()
    })
  }
  return { sites, step }
}

function drawn(size) {
  return [...batches(glyphs({ size, seed: 1 }), { batchSize: 32 })].map((batch) => toTensors(batch, { std: 0.5 }))
}

function median(times) {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]
}
