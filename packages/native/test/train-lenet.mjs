// Trains a LeNet for a few steps on the backend that is named and prints the losses, or why the backend is not there.
// A program of its own: WebGPU wants its globals before tfjs' backend is loaded, and ends with the process.
import '@gg/core/register-gradients'
import '@gg/wasm-kernels/register'
import { createOptimizer } from '@gg/core'
import { lenet } from '@gg/models'
import { startTensorflow, startWebgpu } from '@gg/native'
import { sgd } from '@gg/optim'
import * as tf from '@tensorflow/tfjs-core'

const [backend, steps] = [process.argv[2], Number(process.argv[3])]
try {
  if (backend === 'webgpu') await startWebgpu()
  else if (backend === 'tensorflow') await startTensorflow()
  else await tf.setBackend(backend)
} catch (error) {
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message }))
  process.exit(0)
}
await tf.ready()
// What the program reads it awaits; whoever reads otherwise would have to wait for the GPU, which tfjs cannot.
if (backend === 'webgpu')
  tf.engine().backend.readSync = () => {
    throw new Error('a tensor was read synchronously')
  }

const model = lenet()
const images = tf.tensor4d(
  Float32Array.from({ length: 8 * 784 }, (_, i) => Math.sin(0.37 * i + 3 * Math.floor(i / 784))),
  [8, 28, 28, 1],
)
const labels = tf.cast(tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 7], 'int32'), 10), 'float32')
const optimizer = createOptimizer(sgd(0.02, { momentum: 0.9 }), model.init(0))
const losses = []
/** What tfjs counts, and what the backend itself does: TensorFlow its tensors, WebGPU its bytes in use. */
const held = () => {
  const { numTensors, numBytesInGPU = 0 } = tf.memory()
  return numTensors + numBytesInGPU + (tf.backend().binding?.getNumOfTensors() ?? 0)
}
let before = 0
for (let step = 0; step < steps; step++) {
  const loss = optimizer.minimize((params) => {
    const logits = model.apply(params, images, { training: true })
    return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), labels), 1)))
  })
  losses.push((await loss.data())[0])
  loss.dispose()
  if (step === 1) before = held()
}
process.stdout.write(JSON.stringify({ losses, grown: held() - before }))
