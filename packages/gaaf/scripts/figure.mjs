// Draws docs/images/gaaf.svg: what a gradient is multiplied by, plain and accelerated, and the literal form's sawtooth.
// Run after a build: node packages/gaaf/scripts/figure.mjs
import '@gg/core/register-gradients'
import '@tensorflow/tfjs-backend-cpu'
import { accelerate } from '@gg/gaaf'
import * as tf from '@tensorflow/tfjs-core'
import { writeFigure } from '../../../tools/figures/figure-file.mjs'
import { legend, linePanel, PANEL } from '../../../tools/figures/line-panel.mjs'

const LEFT = 40
const TOP = 40
const ACROSS = PANEL.width + 60
const DOWN = PANEL.height + 70

const panels = [factors('relu', 'ReLU', 2), factors('tanh', 'tanh', 4), factors('sigmoid', 'sigmoid', 8), literal()]
const height = 2 * DOWN + 44
const named = [
  { color: 'grey', text: 'plain activation' },
  { color: 'blue', text: 'accelerated, default shape' },
]
writeFigure('gaaf', {
  title: 'Gradient factors of accelerated activations',
  width: LEFT + ACROSS + PANEL.width + 20,
  height,
  body: [
    ...panels.flatMap((panel, i) => linePanel(panel, LEFT + (i % 2) * ACROSS, TOP + Math.floor(i / 2) * DOWN)),
    ...legend(named, LEFT, height - 18, 170),
  ],
})

/** The factor of the gradient, from the activation's own backward pass. */
function factors(name, title, to) {
  const xs = steps(-to, to, 240)
  const backward = (f) =>
    tf.tidy(() =>
      tf
        .grad((x) => f(x))(tf.tensor1d(xs))
        .dataSync(),
    )
  const plain = { relu: tf.relu, tanh: tf.tanh, sigmoid: tf.sigmoid }[name]
  const y = name === 'sigmoid' ? { from: 0, to: 0.55, ticks: [0, 0.25, 0.5] } : { from: 0, to: 2.1, ticks: [0, 1, 2] }
  const lines = [
    { color: 'grey', points: pairs(xs, backward(plain)) },
    { color: 'blue', points: pairs(xs, backward(accelerate(name))) },
  ]
  return { title: `${title}: gradient factor`, x: { from: -to, to, ticks: [-to, 0, to] }, y, lines }
}

/** The literal form's value around a ReLU's corner, with teeth so large that they can be seen. */
function literal() {
  const xs = steps(-0.5, 0.5, 800)
  const forward = (f) => tf.tidy(() => f(tf.tensor1d(xs)).dataSync())
  const lines = [
    { color: 'blue', points: pairs(xs, forward(accelerate('relu', { form: 'literal', K: 10 }))) },
    { color: 'grey', points: pairs(xs, forward(tf.relu)) },
  ]
  return {
    title: "ReLU: the literal form's value, K = 10",
    x: { from: -0.5, to: 0.5, ticks: [-0.5, 0, 0.5] },
    y: { from: -0.1, to: 0.55, ticks: [0, 0.25, 0.5] },
    lines,
  }
}

function steps(from, to, count) {
  // Between the grid's points, so that no input is a corner.
  return Array.from({ length: count }, (_, i) => from + ((i + 0.5) * (to - from)) / count)
}

function pairs(xs, ys) {
  return xs.map((x, i) => [x, ys[i]])
}
