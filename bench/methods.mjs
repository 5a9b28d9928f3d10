// What gradient gating, GAAF and the lateral mask cost: a training step of a ResNet-8 with each over the same step
// without, on the WASM backend with @gg/wasm-kernels; and beside it the same net with the same methods as PyTorch hooks on
// the CPU (methods.py). Both start from the same weights and images, and their losses are compared, or the times mean
// nothing. Interleaved, medians. Ratios of time are not printed where the machine is busy, unless BUSY=1; those of processor
// time are, which leaves out waiting but not what others do to the caches.
// Build first, then: node bench/methods.mjs [rounds]. Both halves run on THREADS threads, 1 unless given.
// GG_PYTHON names a python with PyTorch; without one that half is skipped.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createOptimizer } from '@gg/core'
import '@gg/core/register-gradients'
import { accelerate } from '@gg/gaaf'
import { gate } from '@gg/gating'
import { lateralMask } from '@gg/lateral-mask'
import { cifarResnet, createSites, saveWeights } from '@gg/models'
import { sgd } from '@gg/optim'
import { enableWasm } from '@gg/wasm-kernels'
import * as tf from '@tensorflow/tfjs-core'
import { findPython } from './methods/find-python.mjs'
import { watchMachine } from './methods/quietness.mjs'

const ROUNDS = Number(process.argv[2] ?? 20)
const WARM_UP = 3
const BATCH = 64
const RATE = 0.01
const OUTPUTS = '{conv1,**/conv?}/output'
/** Each method at the output of every convolution, or in place of every ReLU; and what its step may take of the step without. */
const METHODS = {
  none: { goal: 1 },
  'gate()': { at: () => ({ [OUTPUTS]: gate() }), goal: 1.05 },
  "accelerate('relu')": { activation: accelerate('relu'), goal: 1.05 },
  'lateralMask()': { at: () => ({ [OUTPUTS]: lateralMask() }), goal: 1.25 },
}

tf.env().set('IS_TEST', true) // no greeting
const { threads } = await enableWasm({ threads: Number(process.env.THREADS ?? 1) })

const images = Float32Array.from(
  { length: BATCH * 32 * 32 * 3 },
  (_, i) => Math.sin(0.37 * i) + Math.cos(0.0031 * i * i),
)
const classes = Int32Array.from({ length: BATCH }, (_, i) => (7 * i) % 10)
const x = tf.tensor4d(images, [BATCH, 32, 32, 3])
const labels = tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), 10), 'float32')

const ours = timeOurs()
const theirs = await timePyTorch()
print(`tfjs on WASM with @gg, ${plural(threads)}`, ours, true)
if (typeof theirs === 'string') console.log(`\nPyTorch: skipped, ${theirs}`)
else {
  compareLosses(ours.losses, theirs.losses)
  print(`${theirs.name} with hooks on the CPU, ${plural(theirs.threads)}`, theirs)
}

/** The times of each method's steps, in milliseconds, round by round, and its losses. */
function timeOurs() {
  const runs = Object.entries(METHODS).map(([name, method]) => ({
    name,
    step: stepOf(method),
    times: [],
    cpuTimes: [],
    losses: [],
  }))
  const machine = watchMachine()
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const { step, times, cpuTimes, losses } of runs) {
      const [start, cpu] = [performance.now(), process.cpuUsage()]
      losses.push(step())
      if (round < 0) continue
      times.push(performance.now() - start)
      const { user, system } = process.cpuUsage(cpu)
      cpuTimes.push((user + system) / 1e3)
    }
    machine.probe()
  }
  const byName = (key) => Object.fromEntries(runs.map((run) => [run.name, run[key]]))
  return { times: byName('times'), cpuTimes: byName('cpuTimes'), losses: byName('losses'), ...machine.report() }
}

/** One training step with momentum, from weights that are the same for each method; returns the loss. */
function stepOf({ at, activation = 'relu' }) {
  const model = cifarResnet({ depth: 8, activation })
  const sites = at === undefined ? undefined : createSites(model.sites, at())
  if (sites !== undefined && sites.names.length !== 7)
    throw new Error(`A ResNet-8 has 7 convolutions, got ${sites.names}.`)
  const optimizer = createOptimizer(sgd(RATE, { momentum: 0.9 }), model.init(0))
  let stats = model.initStats()
  return () => {
    const { value, aux } = tf.tidy(() =>
      optimizer.minimizeWithAux((params) => {
        const { logits, stats: next } = model.applyWithStats(params, stats, x, { training: true, sites })
        return [tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), labels), 1))), next]
      }),
    )
    tf.dispose(Object.values(stats).flatMap(Object.values))
    stats = aux
    const [loss] = value.dataSync()
    value.dispose()
    return loss
  }
}

/** The same by `methods.py`, or why not. */
async function timePyTorch() {
  const python = findPython()
  if (python === undefined) return 'no python with PyTorch was found. Name one with GG_PYTHON.'
  const folder = mkdtempSync(join(tmpdir(), 'gg-methods-'))
  try {
    const model = cifarResnet({ depth: 8 })
    const weights = { params: model.init(0), stats: model.initStats() }
    writeFileSync(join(folder, 'weights.safetensors'), await saveWeights(model, weights, { naming: 'pytorch' }))
    writeFileSync(join(folder, 'images.bin'), new Uint8Array(images.buffer))
    writeFileSync(join(folder, 'classes.bin'), new Uint8Array(classes.buffer))
    const settings = JSON.stringify({ folder, rounds: ROUNDS, warmUp: WARM_UP, batch: BATCH, rate: RATE, threads })
    const machine = watchMachine()
    for (let i = 0; i < 5; i++) machine.probe()
    const script = fileURLToPath(new URL('methods.py', import.meta.url))
    const found = JSON.parse(execFileSync(python, [script, settings], { encoding: 'utf8' }))
    for (let i = 0; i < 5; i++) machine.probe()
    return { ...found, ...machine.report(found.cpuMs) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Both compute the same network and the same methods, step by step. */
function compareLosses(ours, theirs) {
  let worst = 0
  for (const [name, losses] of Object.entries(theirs)) {
    // Later on, rounding that went through several steps of a network decides.
    for (const [step, loss] of losses.slice(0, 3).entries()) {
      const apart = Math.abs(loss - ours[name][step]) / loss
      if (!(apart < 1e-3)) throw new Error(`${name}, step ${step}: our loss is ${ours[name][step]}, PyTorch's ${loss}.`)
      worst = Math.max(worst, apart)
    }
  }
  console.log(`\nThe losses of the first three steps agree with PyTorch's to ${worst.toExponential(0)}.`)
}

function print(title, { times, cpuTimes, busy, text }, goals = false) {
  const told = !busy || process.env.BUSY === '1'
  console.log(`\n${title}: a step of a ResNet-8, 32×32×3, batch ${BATCH}, batch norm, SGD with momentum`)
  const heads = ['method', 'ms', 'over the step without', 'processor time, over', ...(goals ? ['goal'] : [])]
  console.log(`| ${heads.join(' | ')} |\n|${heads.map(() => ' --- |').join('')}`)
  for (const [name, own] of Object.entries(times)) {
    const ratios = [told ? over(own, times.none) : 'busy', over(cpuTimes[name], cpuTimes.none)]
    const cells = [name, median(own).toFixed(1), ...ratios, ...(goals ? [METHODS[name].goal.toFixed(2)] : [])]
    console.log(`| ${cells.join(' | ')} |`)
  }
  const { node } = process.versions
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node ${node}, tfjs ${tf.version_core}, ${ROUNDS} rounds: ${text}.`,
  )
  if (busy)
    console.log(
      `The machine was busy${told ? '' : ', so no ratio is printed: run it again in a quiet hour, or with BUSY=1'}.`,
    )
}

/** The median of the rounds' ratios: each round's steps meet the same weather. */
function over(own, without) {
  return median(own.map((ms, i) => ms / without[i])).toFixed(3)
}

function plural(threads) {
  return `${threads} thread${threads === 1 ? '' : 's'}`
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
}
