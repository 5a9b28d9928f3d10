// Gradients of reluMaxPool, and a circuit, on the backend that is named; see train-lenet.mjs.
import '@gg/core/register-gradients'
import '@tensorflow/tfjs-backend-cpu'
import { reluMaxPool } from '@gg/backprop'
import { valueAndGrad } from '@gg/core'
import { traceGradient } from '@gg/gradcheck'
import { startTensorflow, startWebgpu } from '@gg/native'
import * as tf from '@tensorflow/tfjs-core'

const backend = process.argv[2]
try {
  if (backend === 'webgpu') await startWebgpu()
  else if (backend === 'tensorflow') await startTensorflow()
  else await tf.setBackend(backend)
} catch (error) {
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message }))
  process.exit(0)
}
await tf.ready()

// Quarters, so that windows have ties.
const x = tf.tensor4d(
  Float32Array.from({ length: 2 * 9 * 8 * 3 }, (_, i) => Math.round(4 * Math.sin(1.7 * i)) / 4),
  [2, 9, 8, 3],
)
const numbers = []
for (const [size, options] of [
  [2, {}],
  [3, { strides: 2, padding: 'same' }],
]) {
  const weighted = (y) => tf.sum(tf.mul(y, tf.reshape(tf.sin(tf.range(0, y.size)), y.shape)))
  const { value, grads } = valueAndGrad((features) => weighted(reluMaxPool(features, size, options)))(x)
  numbers.push(...(await value.data()), ...(await grads.data()))
  tf.dispose([value, grads])
}

const inputs = { a: tf.tensor1d([1, 2]), b: tf.tensor1d([3, -1]) }
const before = tf.memory().numDataBuffers
const { wires } = await traceGradient(({ a, b }) => tf.tidy(() => tf.sum(tf.sigmoid(tf.mul(a, b)))), inputs)
const circuit = wires.flatMap(({ value, gradient }) => [...value.values, ...(gradient?.values ?? [])])
process.stdout.write(JSON.stringify({ numbers, circuit, grown: tf.memory().numDataBuffers - before }))
