/** The training loop that `gg init` writes: what a test compiles and runs. */
export const TRAIN = `// A training loop of your own: all that gg train does, in lines that you can change.
import '@gg/core/register-gradients'
import '@gg/wasm-kernels/register'
import { chain, createOptimizer } from '@gg/core'
import { batches, glyphs, type ImageBatch, toTensors } from '@gg/data'
import { gradientFlow, summarize, toTable } from '@gg/diagnostics'
import { gate } from '@gg/gating'
import { createSites, type LenetParams, lenet } from '@gg/models'
import { adam, clipByGlobalNorm, softmaxCrossEntropyWithIntegerLabels } from '@gg/optim'
import * as tf from '@tensorflow/tfjs-core'

const EPOCHS = 4
const BATCH_SIZE = 64
const SEED = 0
const NORMALIZATION = { mean: 0.14, std: 0.15 }

await tf.setBackend('wasm')
const train = glyphs({ size: 4000, split: 'train' })
const test = glyphs({ size: 1000, split: 'test' })
const model = lenet({ inputShape: train.shape, classes: train.classNames.length })

// What is done to the gradients of feature maps: looked at, then gated ...
const sites = createSites(model.sites, { 'conv*/output': chain(gradientFlow({ decay: 0.99 }), gate()) })
// ... and to those of weights.
const optimizer = createOptimizer(chain(clipByGlobalNorm(1), adam(2e-3)), model.init(SEED))

for (let epoch = 0; epoch < EPOCHS; epoch++) {
  let total = 0
  for (const batch of batches(train, { batchSize: BATCH_SIZE, seed: SEED, epoch })) {
    total += trainStep(batch) * batch.size
  }
  const loss = (total / train.size).toFixed(4)
  console.log('epoch', epoch + 1, 'loss', loss, 'test accuracy', (100 * accuracy()).toFixed(2), '%')
}
console.log(toTable(await summarize(sites.state)))
optimizer.dispose()
sites.dispose()

/** One update; returns the loss before it. */
function trainStep(batch: ImageBatch): number {
  const { images, labels } = toTensors(batch, NORMALIZATION)
  const loss = optimizer.minimize((params: LenetParams) => {
    const logits = model.apply(params, images, { training: true, sites })
    return tf.mean(softmaxCrossEntropyWithIntegerLabels(logits, labels)) as tf.Scalar
  })
  const value = loss.dataSync()[0] ?? Number.NaN
  tf.dispose([loss, images, labels])
  return value
}

/** The part of the test images that the model is right on. */
function accuracy(): number {
  let right = 0
  for (const batch of batches(test, { batchSize: 250, shuffle: false })) {
    right += tf.tidy(() => {
      const { images, labels } = toTensors(batch, NORMALIZATION)
      const predicted = tf.argMax(model.apply(optimizer.params as LenetParams, images), 1)
      return tf.sum(tf.cast(tf.equal(predicted, labels), 'int32')).dataSync()[0] ?? 0
    })
  }
  return right / test.size
}
`
