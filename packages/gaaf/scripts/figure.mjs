// Draws docs/images/gaaf.svg: what a gradient is multiplied by, plain and accelerated, and the literal form's sawtooth.
// Run after a build: node packages/gaaf/scripts/figure.mjs
import '../../core/dist/register-gradients.js'
import '@tensorflow/tfjs-backend-cpu'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'
import { accelerate } from '../dist/index.js'

const WIDTH = 280
const HEIGHT = 190
const LEFT = 40
const TOP = 40
const GAP = 60
const PLAIN = '#57606a'
const ACCELERATED = '#0969da'

const panels = [
  factors('relu', 'ReLU', [-2, 2]),
  factors('tanh', 'tanh', [-4, 4]),
  factors('sigmoid', 'sigmoid', [-8, 8]),
  literal(),
]
const width = LEFT + 2 * WIDTH + GAP + 20
const height = 2 * (HEIGHT + 70) + 44
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
  '<title>Gradient factors of accelerated activations</title>',
  `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
  ...panels.map((panel, i) => draw(panel, LEFT + (i % 2) * (WIDTH + GAP), TOP + Math.floor(i / 2) * (HEIGHT + 70))),
  legend(),
  '</svg>',
].join('\n')

const out = fileURLToPath(new URL('../../../docs/images/gaaf.svg', import.meta.url))
mkdirSync(fileURLToPath(new URL('.', `file://${out}`)), { recursive: true })
writeFileSync(out, `${svg}\n`)

/** The factor of the gradient, from the activation's own backward pass. */
function factors(name, title, [from, to]) {
  const xs = steps(from, to, 240)
  const backward = (f) =>
    tf.tidy(() => [
      ...tf
        .grad((x) => f(x))(tf.tensor1d(xs))
        .dataSync(),
    ])
  const plain = { relu: tf.relu, tanh: tf.tanh, sigmoid: tf.sigmoid }[name]
  const top = name === 'sigmoid' ? 0.55 : 2.1
  const lines = [
    { color: PLAIN, ys: backward(plain) },
    { color: ACCELERATED, ys: backward(accelerate(name)) },
  ]
  return {
    title: `${title}: gradient factor`,
    xs,
    lines,
    from,
    to,
    bottom: 0,
    top,
    ticks: name === 'sigmoid' ? 0.25 : 1,
  }
}

/** The literal form's value around a ReLU's corner, with teeth so large that they can be seen. */
function literal() {
  const [from, to] = [-0.5, 0.5]
  const xs = steps(from, to, 800)
  const forward = (f) => tf.tidy(() => [...f(tf.tensor1d(xs)).dataSync()])
  const lines = [
    { color: ACCELERATED, ys: forward(accelerate('relu', { form: 'literal', K: 10 })) },
    { color: PLAIN, ys: forward(tf.relu) },
  ]
  return { title: "ReLU: the literal form's value, K = 10", xs, lines, from, to, bottom: -0.1, top: 0.55, ticks: 0.25 }
}

function steps(from, to, count) {
  // Between the grid's points, so that no input is a corner.
  return Array.from({ length: count }, (_, i) => from + ((i + 0.5) * (to - from)) / count)
}

function draw({ title, xs, lines, from, to, bottom, top, ticks }, left, above) {
  const x = (value) => (left + ((value - from) / (to - from)) * WIDTH).toFixed(1)
  const y = (value) => (above + HEIGHT - ((value - bottom) / (top - bottom)) * HEIGHT).toFixed(1)
  const grid = []
  for (let value = Math.ceil(bottom / ticks) * ticks; value <= top; value += ticks) {
    grid.push(`<path d="M${left} ${y(value)}h${WIDTH}" stroke="#d0d7de"/>`)
    grid.push(`<text x="${left - 6}" y="${Number(y(value)) + 4}" text-anchor="end" fill="#57606a">${value}</text>`)
  }
  for (const value of [from, 0, to]) {
    grid.push(`<text x="${x(value)}" y="${above + HEIGHT + 18}" text-anchor="middle" fill="#57606a">${value}</text>`)
  }
  grid.push(`<path d="M${x(0)} ${above}v${HEIGHT}" stroke="#d0d7de"/>`)
  const curves = lines.map(({ color, ys }) => {
    const points = xs.map((value, i) => `${x(value)} ${y(ys[i])}`).join('L')
    return `<path d="M${points}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`
  })
  return [
    `<text x="${left}" y="${above - 12}" font-weight="600" fill="#1f2328">${title}</text>`,
    ...grid,
    ...curves,
  ].join('\n')
}

function legend() {
  const entry = (left, color, text) =>
    `<path d="M${left} ${height - 18}h24" stroke="${color}" stroke-width="2"/>` +
    `<text x="${left + 32}" y="${height - 14}" fill="#1f2328">${text}</text>`
  return entry(LEFT, PLAIN, 'plain activation') + entry(LEFT + 170, ACCELERATED, 'accelerated, default shape')
}
