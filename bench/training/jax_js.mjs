// A contestant of bench/wasm-training.mjs: LeNet and ResNet-8 in jax-js on its own WASM backend, jitted as one step. JAX_JS
// names its module. jax-js consumes its arguments, so what is used twice is `.ref` once. Reads and answers as gg.mjs does.
import { createInterface } from 'node:readline'

const jax = await import(process.env.JAX_JS)
const { lax, numpy: np, tree, valueAndGrad } = jax
await jax.init('wasm')
jax.defaultDevice('wasm')

const { net } = JSON.parse(process.argv[2])
const BATCH = 64
const size = (shape) => shape.reduce((product, n) => product * n, 1)
const wave = (shape, scale) =>
  np.array(Float32Array.from({ length: size(shape) }, (_, i) => scale * Math.sin(0.7 * i * i))).reshape(shape)
const filled = (length, value) => np.array(new Float32Array(length).fill(value))
/** Weights of a layer with so many inputs a sum. */
const weights = (shape, inputs) => wave(shape, 2 / Math.sqrt(inputs))
const relu = (x) => np.maximum(x, 0)

const NETS = { lenet, resnet8 }
const { params, apply, x } = NETS[net]()
const labels = np
  .array(Float32Array.from({ length: BATCH * 10 }, (_, i) => (i % 10 === (7 * Math.floor(i / 10)) % 10 ? 1 : 0)))
  .reshape([BATCH, 10])

const step = jax.jit((params, velocity, x, labels) => {
  const [loss, grads] = valueAndGrad((p) => crossEntropy(apply(p, x), labels))(tree.ref(params))
  const [next, nextVelocity] = [{}, {}]
  for (const name of Object.keys(params)) {
    nextVelocity[name] = velocity[name].mul(0.9).add(grads[name])
    next[name] = params[name].sub(nextVelocity[name].ref.mul(0.01))
  }
  return [loss, next, nextVelocity]
})

let state = [params, Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, np.zeros(shape)]))]
console.log(JSON.stringify({ title: 'jax-js 0.1 on WASM, jitted' }))
for await (const line of createInterface({ input: process.stdin })) {
  const times = []
  let loss
  for (let i = 0; i < JSON.parse(line).count; i++) {
    const start = performance.now()
    const [value, ...next] = step(...state, x.ref, labels.ref)
    await jax.blockUntilReady(next)
    state = next
    loss = (await value.data())[0]
    times.push(performance.now() - start)
  }
  const { user, system } = process.cpuUsage()
  console.log(JSON.stringify({ times, loss, cpuMs: (user + system) / 1e3 }))
}

function crossEntropy(logits, labels) {
  const largest = lax.stopGradient(np.max(logits.ref, 1, { keepdims: true }))
  const z = logits.sub(largest)
  const logSum = np.log(np.sum(np.exp(z.ref), 1, { keepdims: true }))
  return np.mean(np.sum(z.sub(logSum).mul(labels), 1)).mul(-1)
}

function lenet() {
  const params = {
    conv1: weights([6, 1, 5, 5], 25),
    bias1: filled(6, 0),
    conv2: weights([16, 6, 5, 5], 150),
    bias2: filled(16, 0),
    dense1: weights([400, 120], 400),
    bias3: filled(120, 0),
    dense2: weights([120, 84], 120),
    bias4: filled(84, 0),
    logits: weights([84, 10], 84),
    bias5: filled(10, 0),
  }
  const conv = (x, w, b, pad, channels) => relu(lax.conv(x, w, [1, 1], pad).add(b.reshape([1, channels, 1, 1])))
  const pool = (x, channels, side) => np.max(x.reshape([BATCH, channels, side / 2, 2, side / 2, 2]), [3, 5])
  const apply = (p, x) => {
    let y = pool(conv(x, p.conv1, p.bias1, 'SAME', 6), 6, 28)
    y = pool(conv(y, p.conv2, p.bias2, 'VALID', 16), 16, 10).reshape([BATCH, 400])
    y = relu(np.matmul(y, p.dense1).add(p.bias3))
    y = relu(np.matmul(y, p.dense2).add(p.bias4))
    return np.matmul(y, p.logits).add(p.bias5)
  }
  return { params, apply, x: wave([BATCH, 1, 28, 28], 1) }
}

/** With a projection where the number of filters changes: jax-js has no padding of channels in its gradients. */
function resnet8() {
  const params = { logits: weights([64, 10], 64), bias: filled(10, 0) }
  const unit = (name, kernel, from, to) => {
    params[`${name}/w`] = weights([to, from, kernel, kernel], kernel * kernel * from)
    params[`${name}/scale`] = filled(to, 1)
    params[`${name}/shift`] = filled(to, 0)
    return (p, x, stride) => {
      const y = lax.conv(x, p[`${name}/w`], [stride, stride], 'SAME')
      const centered = y.ref.sub(np.mean(y, [0, 2, 3], { keepdims: true }))
      const variance = np.mean(np.square(centered.ref), [0, 2, 3], { keepdims: true })
      const normalized = centered.div(np.sqrt(variance.add(1e-5)))
      return normalized.mul(p[`${name}/scale`].reshape([1, to, 1, 1])).add(p[`${name}/shift`].reshape([1, to, 1, 1]))
    }
  }
  const stem = unit('stem', 3, 3, 16)
  const blocks = [
    [16, 16, 1],
    [16, 32, 2],
    [32, 64, 2],
  ].map(([from, to, stride], i) => {
    const [first, second] = [unit(`${i}/a`, 3, from, to), unit(`${i}/b`, 3, to, to)]
    const project = from === to ? undefined : unit(`${i}/p`, 1, from, to)
    return (p, x) => {
      const y = second(p, relu(first(p, x.ref, stride)), 1)
      return relu(y.add(project === undefined ? x : project(p, x, stride)))
    }
  })
  const apply = (p, x) => {
    const maps = blocks.reduce((y, block) => block(p, y), relu(stem(p, x, 1)))
    return np.matmul(np.mean(maps, [2, 3]), p.logits).add(p.bias)
  }
  return { params, apply, x: wave([BATCH, 3, 32, 32], 1) }
}
