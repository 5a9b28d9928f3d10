// What the figures look into: a network that has learned something, and the gradient that arrives at one of its sites.
import { createOptimizer, disposeTree, gradientTransformation, valueAndGrad } from '@gg/core'
import { createSites } from '@gg/models'
import { adam } from '@gg/optim'
import * as tf from '@tensorflow/tfjs-core'
import { batchOf } from './real-images.mjs'

/** Trains with Adam, `options` in each forward pass, and returns `{ model, params, stats }`. */
export function trainClassifier(model, train, { steps, batchSize = 50, learningRate = 1e-3, options = {} }) {
  const optimizer = createOptimizer(adam(learningRate), model.init(0))
  let stats = model.initStats()
  for (let step = 0; step < steps; step++) {
    const first = (step * batchSize) % (train.size - batchSize + 1)
    const { aux } = tf.tidy(() => {
      const batch = batchOf(train, first, batchSize)
      const apply = { training: true, dropoutSeed: step, ...options }
      return optimizer.minimizeWithAux((params) => lossOf({ model, params, stats }, batch, apply))
    })
    disposeTree(stats)
    stats = aux
  }
  return { model, params: optimizer.params, stats }
}

/** The fraction of the first `size` images that the trained network names rightly. */
export function accuracy({ model, params, stats }, test, size = 1000) {
  const rights = []
  for (let first = 0; first + 100 <= size; first += 100) {
    tf.tidy(() => {
      const { x, y } = batchOf(test, first, 100)
      const { logits } = model.applyWithStats(params, stats, x)
      rights.push(tf.mean(tf.cast(tf.equal(tf.argMax(logits, 1), tf.argMax(y, 1)), 'float32')).dataSync()[0])
    })
  }
  return rights.reduce((a, b) => a + b, 0) / rights.length
}

/** The gradient of the loss at a site, `updates`, and the feature map there, `params`; a site that changes nothing puts them by. */
export function gradientAt(trained, batch, site) {
  const recorder = gradientTransformation({
    init: () => ({ updates: tf.scalar(0), params: tf.scalar(0) }),
    update: (updates, _, params) => [updates, { updates, params }],
  })
  const sites = createSites(trained.model.sites, { [site]: recorder })
  disposeTree(
    valueAndGrad((params) => lossOf({ ...trained, params }, batch, { training: true, sites }), { hasAux: true })(
      trained.params,
    ),
  )
  return sites.state[site]
}

/** The mean cross-entropy, and the statistics after the step. */
export function lossOf({ model, params, stats }, { x, y }, options) {
  const { logits, stats: next } = model.applyWithStats(params, stats, x, options)
  return [tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), y), 1))), next]
}
