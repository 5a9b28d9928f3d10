// Training steps on libtensorflow, beside @gg/wasm-kernels, tfjs' own cpu backend and PyTorch, on one machine. Every
// contestant is a process of its own that waits while the others run; they take turns, and medians over the rounds are
// compared. On a machine that was busy no ratio is printed.
// Build first, then, ResNet-8 (batch 64, 32 x 32 x 3) on the CPU, as tfjs-node has it, with the kernels of @gg/native, and
// with batch norm in closed form:
//   GG_TENSORFLOW=/path/to/venv GG_PYTHON=/path/to/python node bench/native.mjs [--rounds 5] [--slow]
// `--slow` adds tfjs' own cpu backend, seconds a step: a batch of 4, one step a round, and its row says so. Where a step's
// time goes: node bench/native.mjs --profile
// On a machine with a GPU, the doctor, the tests of both ways to it, and ResNet-18 (batch 128) on each beside PyTorch's CUDA:
//   GG_TENSORFLOW=/path/to/venv GG_PYTHON=/path/to/python node bench/native.mjs --gpu [--net resnet18] [--batch 128]
// What is not there says why, and is left out. `--software` lets a processor play the GPU for WebGPU: for trying this out.
// GG_PYTHON names a python with PyTorch; without one its rows are left out.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findPython } from './methods/find-python.mjs'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    profile: { type: 'boolean', default: false },
    slow: { type: 'boolean', default: false },
    gpu: { type: 'boolean', default: false },
    software: { type: 'boolean', default: false },
    net: { type: 'string' },
    batch: { type: 'string' },
    contestant: { type: 'string' },
  },
})
const net = options.net ?? (options.gpu ? 'resnet18' : 'resnet8')
const batch = Number(options.batch ?? (options.gpu ? 128 : 64))
/** Milliseconds a contestant has in each round. */
const TURN = 2000
const here = (path) => fileURLToPath(new URL(path, import.meta.url))

if (options.contestant !== undefined) await contestant(JSON.parse(options.contestant))
else if (options.profile) await contestant({ backend: 'tensorflow', norm: 'closed', profile: true, net, batch })
else {
  if (options.gpu) lookAround()
  await race(options.gpu ? gpuContestants() : cpuContestants())
}

/** What of GPUs is here, in the words of @gg/native; each ends with what to type. */
function lookAround() {
  for (const args of [['doctor'], ['try', 'cuda'], ['try', 'webgpu']]) {
    console.log(`\n$ gg-native ${args.join(' ')}`)
    spawnSync(process.execPath, [here('../packages/native/bin/gg-native.mjs'), ...args], { stdio: 'inherit' })
  }
}

function ours(settings) {
  const all = { net, batch, norm: 'closed', ...settings }
  return { command: [process.execPath, here('native.mjs'), '--contestant', JSON.stringify(all)] }
}

function torch(settings) {
  const python = findPython()
  if (python === undefined) {
    console.log('No python with PyTorch was found: its rows are left out. Name one with GG_PYTHON.')
    return []
  }
  return settings.map((each) => ({
    command: [python, here('training/torch_steps.py'), JSON.stringify({ net, batch, ...each })],
    peer: true,
  }))
}

function cpuContestants() {
  const threads = availableParallelism()
  return [
    // Written by hand for ResNet-8 alone.
    ...(net === 'resnet8'
      ? [
          ours({ backend: 'tensorflow', norm: 'stock', kernels: 'stock' }),
          ours({ backend: 'tensorflow', norm: 'stock' }),
        ]
      : []),
    ours({ backend: 'tensorflow' }),
    ours({ backend: 'wasm' }),
    ...(options.slow && net === 'resnet8' ? [ours({ backend: 'cpu', norm: 'stock', batch: Math.min(4, batch) })] : []),
    ...torch([
      { threads, layout: 'contiguous' },
      { threads, layout: 'channels_last' },
      { threads: 1, layout: 'channels_last' },
    ]),
  ]
}

function gpuContestants() {
  return [
    ours({ backend: 'cuda' }),
    ours({ backend: 'webgpu', software: options.software }),
    ...torch(
      ['contiguous', 'channels_last'].map((layout) => ({ threads: availableParallelism(), layout, device: 'cuda' })),
    ),
  ]
}

async function race(contestants) {
  const { watchMachine } = await import('./methods/quietness.mjs')
  const rows = (await Promise.all(contestants.map(start))).filter((row) => row !== undefined)
  if (rows.length === 0) return console.log('\nNothing that could be timed is here.')
  for (const row of rows) {
    // What takes seconds a step gets one; shaders and JIT compilers need some.
    const [first] = (await row.run(1)).times
    const slow = first > 4 * TURN
    if (!slow) await row.run(2)
    row.turns = slow ? 1 : Math.max(1, Math.min(100, Math.round(TURN / median((await row.run(5)).times))))
    row.medians = []
    row.processor = []
  }
  const machine = watchMachine()
  const usedBefore = rows.map(({ processorMs }) => processorMs())
  for (let round = 0; round < Number(options.rounds); round++) {
    // Threads that spin for a while before they sleep must not count as others.
    await setTimeout(300)
    machine.probe()
    for (const row of rows) {
      const before = row.processorMs()
      row.medians.push(median((await row.run(row.turns)).times) / row.batch)
      row.processor.push((row.processorMs() - before) / row.turns / row.batch)
    }
  }
  const report = machine.report(rows.reduce((sum, { processorMs }, i) => sum + processorMs() - usedBefore[i], 0))
  for (const { stop } of rows) stop()
  print(rows, report)
}

function print(rows, { busy, text }) {
  const peers = rows.filter(({ peer }) => peer).sort((a, b) => median(a.medians) - median(b.medians))
  console.log(`\n${net}, batch ${batch}, 32 x 32 x 3: a training step, medians of ${options.rounds} rounds`)
  console.log("| | images/s | of the first row | of PyTorch's best | processor ms an image |")
  console.log('| --- | --- | --- | --- | --- |')
  for (const { title, medians, processor, ...row } of rows) {
    // Rounds meet the same weather, so ratios are taken round by round.
    const ratio = (over) => (over && !busy ? median(medians.map((own, i) => over.medians[i] / own)).toPrecision(3) : '')
    const images = (1000 / median(medians)).toLocaleString('en', { maximumSignificantDigits: 4 })
    const name = row.batch === batch ? title : `${title}, batch ${row.batch}, ${row.turns} step a round`
    console.log(`| ${[name, images, ratio(rows[0]), ratio(peers[0]), median(processor).toPrecision(3)].join(' | ')} |`)
  }
  console.log(`${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.versions.node}: ${text}.`)
  if (busy) console.log('The machine was busy: no ratios. Run it again in a quiet hour.')
}

/** Starts a contestant and resolves when it is ready; with nothing, and a sentence, where what it needs is not here. */
async function start({ command: [program, ...args], peer = false }) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${program} ${args.join(' ')} ended before its turn.`)
    return JSON.parse(value)
  }
  const { title, missing, batch: own = batch } = await read()
  if (missing !== undefined) {
    console.log(`Left out: ${missing}`)
    child.kill()
    return undefined
  }
  return {
    title,
    peer,
    batch: own,
    processorMs: () => processorMs(child.pid),
    async run(count) {
      child.stdin.write(`${JSON.stringify({ method: 'plain', count })}\n`)
      const answer = await read()
      if (!Number.isFinite(answer.loss)) throw new Error(`${title}: the loss is ${answer.loss}.`)
      return answer
    },
    stop: () => child.kill(),
  }
}

/**
 * What all threads of a process have used, by Linux: on a busy machine the one number that means something, except that
 * PyTorch's threads spin while they wait for each other.
 */
function processorMs(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return 10 * (Number(fields[11]) + Number(fields[12]))
  } catch {
    return Number.NaN
  }
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
}

/** Reads how many steps to take, one number a line, and answers with the milliseconds of each and the last loss. */
async function contestant({ backend, norm, kernels = 'ours', profile = false, net, batch, software = false }) {
  await import('@gg/core/register-gradients')
  const { createOptimizer } = await import('@gg/core')
  const { NETS } = await import('./training/nets.mjs')
  const { sgd } = await import('@gg/optim')
  const tf = await import('@tensorflow/tfjs-core')
  tf.env().set('IS_TEST', true) // no greeting
  const where = await startBackend(tf, { backend, kernels, software }).catch((error) => {
    console.log(JSON.stringify({ missing: `${backend}: ${error.message}` }))
    process.exit(0)
  })
  const x = tf.randomNormal([batch, 32, 32, 3], 0, 1, 'float32', 1)
  const classes = tf.tensor1d(Int32Array.from({ length: batch }, (_, i) => (7 * i) % 10))
  const labels = tf.cast(tf.oneHot(classes, 10), 'float32')
  const cost = (logits) => tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), labels), 1)))
  const model = NETS[net].build({})
  const optimizer = createOptimizer(sgd(0.01, { momentum: 0.9 }), model.init(0))
  let stats = model.initStats()
  const stock = () => optimizer.minimize((params) => cost(stockResnet8(tf, params, x)))
  const closed = () => {
    const { value, aux } = optimizer.minimizeWithAux((params) => {
      const { logits, stats: next } = model.applyWithStats(params, stats, x, { training: true })
      return [cost(logits), next]
    })
    tf.dispose(Object.values(stats).flatMap((part) => Object.values(part)))
    stats = aux
    return value
  }
  const step = async () => {
    const value = (norm === 'stock' ? stock : closed)()
    const [loss] = await value.data()
    value.dispose()
    return loss
  }
  if (profile) return await printProfile(tf, step)
  const title = `${where}, ${norm === 'stock' ? "tfjs' batch norm" : 'batch norm of @gg/models'}`
  console.log(JSON.stringify({ title, batch }))
  for await (const line of createInterface({ input: process.stdin })) {
    const { count } = JSON.parse(line)
    const times = []
    let loss
    for (let i = 0; i < count; i++) {
      const begin = performance.now()
      loss = await step()
      times.push(performance.now() - begin)
    }
    console.log(JSON.stringify({ times, loss }))
  }
}

async function startBackend(tf, { backend, kernels, software }) {
  if (backend === 'cuda') {
    const { startTensorflow } = await import('@gg/native')
    const { version, device } = await startTensorflow({ gpu: true })
    return `TensorFlow ${version} on ${device}`
  }
  if (backend === 'webgpu') {
    const { startWebgpu } = await import('@gg/native')
    const started = await startWebgpu()
    if (started.software && !software) throw new Error(`'${started.device}' is a processor that plays a GPU.`)
    return `WebGPU on ${started.device}`
  }
  if (backend === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu')
    await tf.setBackend('cpu')
    return 'tfjs cpu'
  }
  if (backend === 'wasm') {
    const { enableWasm } = await import('@gg/wasm-kernels')
    const { build, threads } = await enableWasm({ threads: Math.min(4, availableParallelism()) })
    return `WASM, @gg/wasm-kernels, ${build}, threads: ${threads}`
  }
  // The kernels of tfjs-node as they are, kept before ours take their places.
  await import('../packages/native/dist/tensorflow-kernels.js')
  const shipped = tf.getKernelsForBackend('tensorflow')
  const { startTensorflow } = await import('@gg/native')
  const { version } = await startTensorflow()
  if (kernels === 'ours') return `TensorFlow ${version}, kernels of @gg/native`
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow')
  for (const kernel of shipped) tf.registerKernel(kernel)
  return `TensorFlow ${version}, kernels of tfjs-node`
}

/** ResNet-8 with batch norm as tfjs users write it; 'same' where tfjs-node's kernels refuse a number as padding. */
function stockResnet8(tf, params, x) {
  const leaf = (path) => path.split('/').reduce((tree, name) => tree[name], params)
  const norm = (y, path) => {
    const { mean, variance } = tf.moments(y, [0, 1, 2])
    return tf.batchNorm(y, mean, variance, leaf(`${path}/offset`), leaf(`${path}/scale`), 1e-5)
  }
  const conv = (y, path, stride = 1) =>
    norm(tf.conv2d(y, leaf(`${path}/kernel`), stride, 'same'), `${path}/normalization`)
  let y = tf.relu(conv(x, 'conv1'))
  for (const [i, stage] of ['stage1', 'stage2', 'stage3'].entries()) {
    const stride = i === 0 ? 1 : 2
    const inner = tf.relu(conv(y, `${stage}/block1/conv1`, stride))
    const added = i === 0 ? 0 : y.shape[3] / 2
    // Shortcut A: every second pixel, and zeros for the channels that are new.
    const shortcut =
      i === 0
        ? y
        : tf.pad(tf.avgPool(y, 1, 2, 'valid'), [
            [0, 0],
            [0, 0],
            [0, 0],
            [added, added],
          ])
    y = tf.relu(tf.add(conv(inner, `${stage}/block1/conv2`), shortcut))
  }
  return tf.add(tf.matMul(tf.mean(y, [1, 2]), leaf('logits/kernel')), leaf('logits/bias'))
}

/** How long the operations of a step take within TensorFlow, and what is left. */
async function printProfile(tf, step) {
  const backend = tf.backend()
  const { binding } = backend
  const seen = new Map()
  const timed = Object.fromEntries(Object.getOwnPropertyNames(binding).map((name) => [name, binding[name]]))
  let creating = 0
  timed.executeOp = (name, ...rest) => {
    const begin = performance.now()
    const result = binding.executeOp(name, ...rest)
    const [count, ms] = seen.get(name) ?? [0, 0]
    seen.set(name, [count + 1, ms + performance.now() - begin])
    return result
  }
  timed.createTensor = (...args) => {
    const begin = performance.now()
    const id = binding.createTensor(...args)
    creating += performance.now() - begin
    return id
  }
  backend.binding = timed
  const steps = 20
  for (let i = 0; i < 5; i++) await step()
  seen.clear()
  creating = 0
  const begin = performance.now()
  for (let i = 0; i < steps; i++) await step()
  const whole = (performance.now() - begin) / steps
  const rows = [...seen].map(([name, [count, ms]]) => ({ name, count: count / steps, ms: ms / steps }))
  rows.sort((a, b) => b.ms - a.ms)
  const within = rows.reduce((sum, { ms }) => sum + ms, 0)
  console.log('| operation | a step | ms |\n| --- | --- | --- |')
  for (const { name, count, ms } of rows.slice(0, 14)) console.log(`| ${name} | ${count} | ${ms.toFixed(2)} |`)
  const others = rows.slice(14).reduce((sum, { ms }) => sum + ms, 0)
  console.log(`| others | | ${others.toFixed(2)} |\n| tensors from JavaScript | | ${(creating / steps).toFixed(2)} |`)
  console.log(`| JavaScript: tape, kernels, disposal | | ${(whole - within - creating / steps).toFixed(2)} |`)
  console.log(`| the step | ${rows.reduce((sum, { count }) => sum + count, 0)} | ${whole.toFixed(1)} |`)
}
