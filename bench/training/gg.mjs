// A contestant of bench/wasm-training.mjs: training steps with @gg on tfjs. Reads how many steps to take, one number a
// line, and answers with the milliseconds of each and the last loss.
import { createInterface } from 'node:readline'
import { createOptimizer } from '@gg/core'
import '@gg/core/register-gradients'
import { createSites } from '@gg/models'
import { sgd, softmaxCrossEntropy } from '@gg/optim'
import * as tf from '@tensorflow/tfjs-core'
import { METHODS, NETS } from './nets.mjs'

const { net, methods, backend, ...wasm } = JSON.parse(process.argv[2])
tf.env().set('IS_TEST', true) // no greeting
const title = await startBackend()
const { batch, build, outputs } = NETS[net]

const steps = Object.fromEntries(methods.map((name) => [name, stepOf(METHODS[name])]))
console.log(JSON.stringify({ title }))
for await (const line of createInterface({ input: process.stdin })) {
  const { method, count } = JSON.parse(line)
  const times = []
  let loss
  for (let i = 0; i < count; i++) {
    const start = performance.now()
    loss = await steps[method]()
    times.push(performance.now() - start)
  }
  const { user, system } = process.cpuUsage()
  console.log(JSON.stringify({ times, loss, cpuMs: (user + system) / 1e3 }))
}

async function startBackend() {
  if (backend === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu')
    await tf.setBackend('cpu')
    return 'tfjs cpu'
  }
  const { enableWasm } = await import('@gg/wasm-kernels')
  const { build, threads } = await enableWasm(wasm)
  return `@gg on WASM, Node ${process.versions.node.split('.')[0]}, ${build}, threads: ${threads}`
}

/** One training step with momentum. */
function stepOf({ at, activation }) {
  const model = build(activation === undefined ? {} : { activation: activation() })
  const [height, width, channels] = model.inputShape
  const x = tf.randomNormal([batch, height, width, channels], 0, 1, 'float32', 1)
  const labels = tf.cast(
    tf.oneHot(tf.tensor1d(Int32Array.from({ length: batch }, (_, i) => (7 * i) % 10)), 10),
    'float32',
  )
  const sites = at === undefined ? undefined : createSites(model.sites, { [outputs]: at() })
  const optimizer = createOptimizer(sgd(0.01, { momentum: 0.9 }), model.init(0))
  const cost = (logits) => tf.mean(softmaxCrossEntropy(logits, labels))
  let stats = model.initStats?.()
  return async () => {
    let value
    if (stats === undefined) {
      value = optimizer.minimize((params) => cost(model.apply(params, x, { training: true, sites })))
    } else {
      const result = optimizer.minimizeWithAux((params) => {
        const { logits, stats: next } = model.applyWithStats(params, stats, x, { training: true, sites })
        return [cost(logits), next]
      })
      value = result.value
      tf.dispose(Object.values(stats).flatMap((part) => Object.values(part)))
      stats = result.aux
    }
    const [loss] = await value.data()
    value.dispose()
    return loss
  }
}
