// One step of Adam: ours leaf by leaf, ours through flatten, and tfjs' own, in one process on the WASM backend,
// interleaved, medians. Build first, then: node bench/optimizer-step.mjs
// With @jax-js/jax installed anywhere, name its module to have it in the race: JAX_JS=/path/to/index.js
import { cpus } from 'node:os'
import '@gg/wasm-kernels/register'
import { createOptimizer } from '@gg/core'
import { adam, flatten } from '@gg/optim'
import * as tf from '@tensorflow/tfjs-core'

const ROUNDS = Number(process.env.ROUNDS ?? 15)
await tf.setBackend('wasm')
await tf.ready()

const jax = process.env.JAX_JS ? await import(process.env.JAX_JS) : undefined
if (jax !== undefined) {
  await jax.init('wasm')
  jax.defaultDevice('wasm')
}

/** The 62 weights of ResNet-18: 20 convolutions, 20 pairs of batch norm, one dense layer. */
function resnet18() {
  const shapes = []
  const conv = (k, from, to) => shapes.push([k, k, from, to], [to], [to])
  conv(7, 3, 64)
  let from = 64
  for (const width of [64, 128, 256, 512]) {
    for (const block of [0, 1]) {
      conv(3, from, width)
      conv(3, width, width)
      if (block === 0 && from !== width) conv(1, from, width)
      from = width
    }
  }
  shapes.push([512, 1000], [1000])
  return shapes
}

const cases = { '60 x 1,024 weights': Array.from({ length: 60 }, () => [32, 32]), 'ResNet-18': resnet18() }
const size = (shape) => shape.reduce((a, b) => a * b, 1)
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const named = (shapes, make) => Object.fromEntries(shapes.map((shape, i) => [`w${i}`, make(shape, i)]))
const wave = (shape, i, by) => Float32Array.from({ length: size(shape) }, (_, j) => Math.sin(by * j + i))

function contestants(shapes) {
  const grads = named(shapes, (shape, i) => tf.tensor(wave(shape, i, 0.7), shape))
  const params = () => named(shapes, (shape, i) => tf.tensor(wave(shape, i, 0.9), shape))
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8)
  const variables = named(shapes, (shape, i) => tf.variable(tf.tensor(wave(shape, i, 0.9), shape)))
  const byVariableName = Object.fromEntries(Object.entries(variables).map(([key, v]) => [v.name, grads[key]]))
  const leafByLeaf = createOptimizer(adam(1e-3), params())
  const flat = createOptimizer(flatten(adam(1e-3)), params())
  const race = {
    tfjs: { step: () => optimizer.applyGradients(byVariableName), read: () => variables.w0 },
    ours: { step: () => leafByLeaf.step(grads), read: () => leafByLeaf.params.w0 },
    'ours through flatten': { step: () => flat.step(grads), read: () => flat.params.w0 },
  }
  if (jax !== undefined) race['jax-js, jitted'] = jaxAdam(shapes)
  const dispose = () => {
    optimizer.dispose()
    leafByLeaf.dispose()
    flat.dispose()
    tf.dispose([grads, variables])
  }
  return { race, dispose }
}

/** The same step by hand: jax-js has no optimizers on npm. */
function jaxAdam(shapes) {
  const { numpy: np, jit, tree } = jax
  const make = (by) => named(shapes, (shape, i) => np.array(wave(shape, i, by)).reshape(shape))
  const grads = make(0.7)
  let params = make(0.9)
  let mu = make(0)
  let nu = make(0)
  let count = 0
  const step = jit((params, mu, nu, grads, rate, c1, c2) => {
    const next = [{}, {}, {}]
    for (const key of Object.keys(params)) {
      const m = mu[key].mul(0.9).add(grads[key].ref.mul(0.1))
      const v = nu[key].mul(0.999).add(np.square(grads[key]).mul(0.001))
      next[0][key] = params[key].sub(
        m.ref
          .div(c1.ref)
          .mul(rate.ref)
          .div(np.sqrt(v.ref.div(c2.ref)).add(1e-8)),
      )
      next[1][key] = m
      next[2][key] = v
    }
    return next
  })
  for (const tensors of [mu, nu]) for (const key of Object.keys(tensors)) tensors[key] = tensors[key].mul(0)
  return {
    step: async () => {
      count++
      const scalars = [1e-3, 1 - 0.9 ** count, 1 - 0.999 ** count].map((x) => np.array(x))
      const next = step(params, mu, nu, tree.ref(grads), ...scalars)
      params = next[0]
      mu = next[1]
      nu = next[2]
      await jax.blockUntilReady(params)
    },
    read: () => params.w0.ref,
  }
}

const { node, v8 } = process.versions
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${node} (V8 ${v8}), tfjs ${tf.version_core}, ${ROUNDS} rounds`,
)
for (const [name, shapes] of Object.entries(cases)) {
  const { race, dispose } = contestants(shapes)
  const times = Object.fromEntries(Object.keys(race).map((key) => [key, []]))
  // A training run takes thousands of steps, so the compiler's first ones are left out: more where steps are short.
  const large = shapes.some((shape) => size(shape) > 1e6)
  const rounds = large ? ROUNDS : 10 * ROUNDS
  for (let round = large ? -3 : -300; round < rounds; round++) {
    for (const [key, { step }] of Object.entries(race)) {
      const start = performance.now()
      await step()
      if (round >= 0) times[key].push(performance.now() - start)
    }
  }
  const weights = shapes.reduce((sum, shape) => sum + size(shape), 0)
  console.log(`\n${name}: ${shapes.length} tensors, ${weights.toLocaleString('en')} weights`)
  // All of them did the same work, or the times mean nothing.
  const reference = await race.tfjs.read().data()
  for (const [key, { read }] of Object.entries(race)) {
    const values = await read().data()
    const apart = values.reduce((worst, x, i) => Math.max(worst, Math.abs(x - reference[i])), 0)
    if (!(apart < 1e-4)) throw new Error(`${key} has other weights than tfjs: ${apart} apart.`)
    const time = median(times[key])
    const ratio = (median(times.tfjs) / time).toFixed(2)
    console.log(`  ${key.padEnd(22)} ${time.toFixed(2).padStart(8)} ms   ${ratio.padStart(6)} x tfjs' speed`)
  }
  dispose()
}
