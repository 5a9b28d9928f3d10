// Draws the pictures of the README into docs/images. Build first, then: node packages/gradcheck/scripts/circuits.mjs
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import '@gg/core/register-gradients'
import { circuitToSvg, traceGradient } from '@gg/gradcheck'
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { neuron, product, staged } from './known-functions.mjs'
import { lenetLoss, lenetParams } from './lenet.mjs'

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

draw('lenet', 'The whole backward pass of a LeNet on four images', await traceGradient(lenetLoss, lenetParams()))
