// Draws docs/images/diagnostics.svg: gradient flow and saturation, layer by layer, in a deep network of tanh on MNIST,
// before it has learned anything and after, plain, with gates and with accelerated gradients.
// The images are read from GG_DATA_DIR; without them it takes the built-in digits.
// Run after a build of all packages: GG_DATA_DIR=... node packages/diagnostics/scripts/figure.mjs
import '@gg/core/register-gradients'
import '@gg/wasm-kernels/register'
import { chain, disposeTree, identity, valueAndGrad } from '@gg/core'
import { gradientFlow, saturation, summarize, toTable } from '@gg/diagnostics'
import { accelerate } from '@gg/gaaf'
import { gate } from '@gg/gating'
import { createSites, mlp } from '@gg/models'
import * as tf from '@tensorflow/tfjs-core'
import { accuracy, lossOf, trainClassifier } from '../../../tools/figures/classifier.mjs'
import { writeFigure } from '../../../tools/figures/figure-file.mjs'
import { legend, linePanel, PANEL } from '../../../tools/figures/line-panel.mjs'
import { batchOf, realImages } from '../../../tools/figures/real-images.mjs'

await tf.setBackend('wasm')
await tf.ready()

const STEPS = Number(process.env['STEPS'] ?? 1000)
const DEPTH = 8
const LEFT = 50
const TOP = 40
const ACROSS = PANEL.width + 70
const DOWN = PANEL.height + 86

const { train, test } = await realImages('mnist')
const SETTINGS = [
  { name: 'plain', color: 'grey', activation: 'tanh', tx: identity() },
  { name: 'gate()', color: 'orange', activation: 'tanh', tx: gate() },
  { name: 'gate, norm kept', color: 'green', dash: '7 5', activation: 'tanh', tx: gate({ rescale: 'preserve-norm' }) },
  { name: "accelerate('tanh')", color: 'blue', activation: accelerate('tanh'), tx: identity() },
]

const seen = []
for (const { name, color, dash, activation, tx } of SETTINGS) {
  const model = mlp({ inputShape: test.shape, hidden: new Array(DEPTH).fill(64), classes: 10, activation })
  const untrained = { model, params: model.init(0), stats: model.initStats() }
  const before = await observe(untrained, tx)
  const sites = createSites(model.sites, { 'dense?/output': tx })
  const trained = trainClassifier(model, train, { steps: STEPS, options: { sites } })
  const after = await observe(trained, tx)
  process.stdout.write(`${name}, ${STEPS} steps: accuracy ${accuracy(trained, test).toFixed(3)}\n${toTable(after)}\n\n`)
  seen.push({ name, color, dash, before: byLayer(before), after: byLayer(after) })
}

const layers = { from: 1, to: DEPTH, ticks: Array.from({ length: DEPTH }, (_, i) => i + 1), name: 'hidden layer' }
const flows = seen.flatMap(({ before, after }) => [...before, ...after].map(({ gradientFlow }) => gradientFlow.norm))
const powers = Array.from({ length: 12 }, (_, i) => 10 ** (i - 9))
const low = Math.max(...powers.filter((power) => power <= Math.min(...flows)))
const high = Math.min(...powers.filter((power) => power >= Math.max(...flows)))
const y = { from: low, to: high, ticks: powers.filter((power) => power >= low && power <= high), log: true }
const curve = ({ color, dash }, values) => ({
  color,
  dash,
  dots: true,
  points: values.map((value, i) => [i + 1, value]),
})
const norms = (when) =>
  seen.map((run) =>
    curve(
      run,
      run[when].map(({ gradientFlow }) => gradientFlow.norm),
    ),
  )
const fractions = seen.map((run) =>
  curve(
    run,
    run.after.map(({ saturation }) => saturation.saturated),
  ),
)
const most = Math.ceil(10 * Math.max(...fractions.flatMap(({ points }) => points.map(([, value]) => value)))) / 10
const panels = [
  { title: 'Norm of the gradient, before training', x: layers, y, lines: norms('before') },
  { title: 'Norm of the gradient, after training', x: layers, y, lines: norms('after') },
  {
    title: 'Saturated (|y| ≥ 2), after training',
    x: layers,
    y: { from: 0, to: most, ticks: [0, most / 2, most] },
    lines: fractions,
  },
  histogram(0),
]
const height = 2 * DOWN + 40
writeFigure('diagnostics', {
  title: 'Gradient flow and saturation by layer, before and after training',
  width: LEFT + ACROSS + PANEL.width + 24,
  height,
  body: [
    ...panels.flatMap((panel, i) => linePanel(panel, LEFT + (i % 2) * ACROSS, TOP + Math.floor(i / 2) * DOWN)),
    ...legend(
      seen.map(({ color, dash, name }) => ({ color, dash, text: name })),
      LEFT,
      height - 16,
      165,
    ),
  ],
})

/** What the observers say of one backward pass over a thousand test images, with the transformation in place. */
async function observe(at, tx) {
  const sites = createSites(at.model.sites, { 'dense?/output': chain(gradientFlow(), saturation({ bins: 48 }), tx) })
  tf.tidy(() => {
    const batch = batchOf(test, 0, 1000)
    const loss = (params) => lossOf({ ...at, params }, batch, { training: true, sites })
    disposeTree(valueAndGrad(loss, { hasAux: true })(at.params))
  })
  const rows = await summarize(sites.state)
  sites.dispose()
  return rows
}

/** The rows of `summarize`, layer by layer, each with its observers by name. */
function byLayer(rows) {
  const names = [...new Set(rows.map(({ name }) => name))]
  return names.map((name) =>
    Object.fromEntries(rows.filter((row) => row.name === name).map((row) => [row.observer, row])),
  )
}

/** The distribution of a layer's net values in the plain network, before and after. */
function histogram(layer) {
  const [plain] = seen
  const line = (when, dash) => {
    const { edges, fractions } = plain[when][layer].saturation
    const width = edges[1] - edges[0]
    return { color: 'grey', dash, points: fractions.map((f, i) => [edges[i] + width / 2, f / width]) }
  }
  const lines = [line('before', '4 3'), line('after')]
  const top = Math.ceil(10 * Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)))) / 10
  return {
    title: `Net values of layer ${layer + 1}: before (dashed), after`,
    x: { from: -4, to: 4, ticks: [-4, -2, 0, 2, 4] },
    y: { from: 0, to: top, ticks: [0, top / 2, top] },
    lines,
  }
}
