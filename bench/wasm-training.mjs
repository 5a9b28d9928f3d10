// Whole training steps on WASM beside PyTorch on the same CPU: forward, backward, SGD with momentum. Every contestant is a
// process of its own that waits while the others run; they take turns, and medians over the rounds are compared.
// Build first, then: node bench/wasm-training.mjs [--nets lenet,resnet8] [--rounds 5] [--node 24=/path/to/node]
//                                               [--revectorize] [--slow]
// GG_PYTHON names a python with PyTorch; without one PyTorch's rows are left out. JAX_JS names the module of
// @jax-js/jax, where it is installed. `--slow` adds what takes seconds or minutes a step: tfjs' own cpu backend, and jax-js
// for ResNet-8.
import { spawn } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findPython } from './methods/find-python.mjs'
import { watchMachine } from './methods/quietness.mjs'
import { METHODS, NETS } from './training/nets.mjs'

const { values: options } = parseArgs({
  options: {
    nets: { type: 'string', default: Object.keys(NETS).join(',') },
    rounds: { type: 'string', default: '5' },
    node: { type: 'string', multiple: true, default: [] },
    revectorize: { type: 'boolean', default: false },
    slow: { type: 'boolean', default: false },
  },
})
const ROUNDS = Number(options.rounds)
/** Milliseconds a contestant has in each round. */
const TURN = 1500
/** How often the methods of a contestant alternate in each turn. */
const ALTERNATIONS = 10
/**
 * For the C library beneath PyTorch: memory that was given back stays with the process. By default it goes to the system
 * and comes back page by page, at each step, which on some machines takes as long as the step itself.
 */
const KEEP_MEMORY = { MALLOC_MMAP_THRESHOLD_: '4000000000', MALLOC_TRIM_THRESHOLD_: '16000000000' }
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const all = availableParallelism()
const python = findPython()
if (python === undefined)
  console.log('No python with PyTorch was found: its rows are left out. Name one with GG_PYTHON.')

for (const net of options.nets.split(',')) await race(net)

async function race(net) {
  const contestants = await Promise.all(entries(net).map(start))
  const rows = contestants.flatMap((one) => one.methods.map((method) => ({ one, method, medians: [], turns: 0 })))
  for (const row of rows) {
    // JIT compilers need some steps; how many fit into a turn is seen on the way.
    await row.one.run(row.method, row.one.slow ? 1 : 3)
    const { times } = await row.one.run(row.method, row.one.slow ? 1 : 10)
    row.turns = Math.max(1, Math.min(400, Math.round(TURN / median(times))))
  }
  const machine = watchMachine()
  const before = contestants.map(({ cpuMs }) => cpuMs())
  for (let round = 0; round < ROUNDS; round++) {
    // Threads that spin for a while before they sleep must not count as others.
    await setTimeout(300)
    machine.probe()
    for (const one of contestants) await takeTurn(rows.filter((row) => row.one === one))
  }
  const usedMs = contestants.reduce((sum, { cpuMs }, i) => sum + cpuMs() - before[i], 0)
  for (const { stop } of contestants) stop()
  print(net, rows, machine.report(usedMs))
}

/** The rows of one contestant. Its methods alternate many times within a turn, so that they meet the same weather. */
async function takeTurn(rows) {
  const all = rows.map(() => [])
  for (let k = 0; k < ALTERNATIONS; k++) {
    for (const [i, { one, method, turns }] of rows.entries()) {
      const { times, loss } = await one.run(method, Math.ceil(turns / ALTERNATIONS))
      if (!Number.isFinite(loss)) throw new Error(`${one.title}, ${method}: the loss is ${loss}.`)
      all[i].push(...times)
    }
  }
  for (const [i, row] of rows.entries()) row.medians.push(median(all[i]))
}

function entries(net) {
  const gg = (node, settings, methods = ['plain']) => ({
    command: [node, here('training/gg.mjs'), JSON.stringify({ net, methods, ...settings })],
    methods,
  })
  const nodes = [process.execPath, ...options.node.map((entry) => entry.split('=').pop())]
  const torch = (threads, layout) => ({
    command: [python, here('training/torch_steps.py'), JSON.stringify({ net, threads, layout })],
    methods: ['plain'],
    peer: true,
  })
  return [
    ...nodes.flatMap((node, i) => [
      gg(node, { threads: 1 }),
      ...(all > 1 ? [gg(node, { threads: Math.min(4, all) }, i === 0 ? Object.keys(METHODS) : ['plain'])] : []),
      ...(options.revectorize && i > 0 ? [gg(node, { threads: Math.min(4, all), revectorize: true })] : []),
    ]),
    ...(python === undefined
      ? []
      : [1, ...(all > 1 ? [all] : [])].flatMap((n) => ['contiguous', 'channels_last'].map((l) => torch(n, l)))),
    ...(process.env.JAX_JS !== undefined && (net === 'lenet' || (net === 'resnet8' && options.slow))
      ? [
          {
            command: [process.execPath, here('training/jax_js.mjs'), JSON.stringify({ net })],
            methods: ['plain'],
            slow: true,
          },
        ]
      : []),
    ...(options.slow ? [{ ...gg(process.execPath, { backend: 'cpu' }), slow: true }] : []),
  ]
}

/** Starts a contestant and resolves when it is ready. */
async function start({ command: [program, ...args], methods, peer = false, slow = false }) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...KEEP_MEMORY } })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${program} ${args.join(' ')} ended before its turn.`)
    return JSON.parse(value)
  }
  const { title } = await read()
  let cpuMs = 0
  return {
    title,
    methods,
    peer,
    slow,
    /** Processor time of all its threads so far. */
    cpuMs: () => cpuMs,
    async run(method, count) {
      child.stdin.write(`${JSON.stringify({ method, count })}\n`)
      const answer = await read()
      cpuMs = answer.cpuMs
      return answer
    },
    stop: () => child.kill(),
  }
}

function print(net, rows, { busy, text }) {
  const { batch } = NETS[net]
  const best = rows.filter(({ one }) => one.peer).sort((a, b) => median(a.medians) - median(b.medians))[0]
  console.log(`\n${net}, batch ${batch}: a training step`)
  console.log("| | ms | images/s | of PyTorch's best | over the plain step |\n| --- | --- | --- | --- | --- |")
  for (const { one, method, medians } of rows) {
    const ms = median(medians)
    const plain = rows.find((other) => other.one === one && other.method === 'plain')
    // Rounds meet the same weather, so ratios are taken round by round.
    const ratio = (over) => median(medians.map((own, i) => over.medians[i] / own))
    const cells = [
      `${one.title}${method === 'plain' ? '' : `, ${method}`}`,
      ms.toFixed(1),
      Math.round((1000 * batch) / ms).toLocaleString('en'),
      busy || best === undefined ? (busy ? 'busy' : '') : ratio(best).toFixed(2),
      method === 'plain' ? '' : busy ? 'busy' : (1 / ratio(plain)).toFixed(3),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
  console.log(`${cpus()[0].model}, ${all} cores, ${ROUNDS} rounds: ${text}.`)
  if (busy) console.log('The machine was busy, so no ratio is printed: run it again in a quiet hour.')
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
}
