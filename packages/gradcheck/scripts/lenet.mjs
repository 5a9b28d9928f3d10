// A LeNet out of tfjs' own operations, one gate each, so that nothing is hidden in the picture of its backward pass.
import * as tf from '@tensorflow/tfjs-core'
import { numbers } from './known-functions.mjs'

/** Its parameters, of He's size (2015), by a formula. */
export function lenetParams() {
  const layer = (shape, seed) => {
    const inputs = shape.slice(0, -1).reduce((product, n) => product * n, 1)
    return { kernel: numbers(shape, seed, Math.sqrt(6 / inputs)), bias: tf.zeros(shape.slice(-1)) }
  }
  return {
    conv1: layer([5, 5, 1, 6], 1),
    conv2: layer([5, 5, 6, 16], 2),
    dense1: layer([400, 120], 3),
    dense2: layer([120, 84], 4),
    logits: layer([84, 10], 5),
  }
}

/** The mean cross-entropy on four images by a formula. */
export function lenetLoss({ conv1, conv2, dense1, dense2, logits }) {
  const convolution = (x, { kernel, bias }, pad) =>
    tf.maxPool(tf.relu(tf.add(tf.conv2d(x, kernel, 1, pad), bias)), 2, 2, 'valid')
  const dense = (x, { kernel, bias }) => tf.add(tf.matMul(x, kernel), bias)
  const maps = convolution(convolution(numbers([4, 28, 28, 1], 1, 0.5, 0.5), conv1, 'same'), conv2, 'valid')
  const hidden = tf.relu(dense(tf.relu(dense(tf.reshape(maps, [4, 400]), dense1)), dense2))
  const labels = tf.cast(tf.oneHot(tf.tensor1d([3, 1, 4, 1], 'int32'), 10), 'float32')
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(dense(hidden, logits)), labels), 1)))
}
