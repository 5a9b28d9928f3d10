// Draws the pictures of the README into docs/images. Build first, then: node packages/gradcheck/scripts/circuits.mjs
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import '@gg/core/register-gradients'
import { circuitToSvg, traceGradient } from '@gg/gradcheck'
import { lenet } from '@gg/models'
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { neuron, numbers, product, staged } from './known-functions.mjs'

tf.env().set('IS_TEST', true) // no greeting
await tf.setBackend('cpu')

const images = new URL('../../../docs/images/', import.meta.url)
const draw = (name, title, circuit) =>
  writeFileSync(fileURLToPath(new URL(`circuit-${name}.svg`, images)), circuitToSvg(circuit, { title }))

draw('product', '(x + y) z at -2, 5, -4', await traceGradient(product.f, product.inputs()))
draw(
  'neuron',
  'A neuron with two inputs: the sigmoid of w0 x0 + w1 x1 + w2',
  await traceGradient(neuron.f, neuron.inputs()),
)
draw(
  'staged',
  '(x + sigmoid(y)) / (sigmoid(x) + (x + y) squared) at 3, -4',
  await traceGradient(staged.f, staged.inputs()),
)

const model = lenet()
const images28 = numbers([4, 28, 28, 1], 1, 0.5, 0.5)
const labels = tf.oneHot(tf.tensor1d([3, 1, 4, 1], 'int32'), 10)
const loss = (params) => {
  const logits = model.apply(params, images28)
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), labels), 1)))
}
draw('lenet', 'The whole backward pass of a LeNet on four images', await traceGradient(loss, model.init(0)))
