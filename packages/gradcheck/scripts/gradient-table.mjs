// Writes the table of checked gradients into the README. Build first, then: node packages/gradcheck/scripts/gradient-table.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import '@gg/core/register-gradients'
import { checkGradient } from '@gg/gradcheck'
import '@gg/wasm-kernels/register'
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { knownGradients } from './known-functions.mjs'

tf.env().set('IS_TEST', true)
await tf.setBackend('cpu')
tf.scalar(0).dispose() // in test mode the first tensor is made without a greeting
tf.env().set('IS_TEST', false)

/** The relative error along the gradient, the worst of all inputs; in words where the gradient is wrong. */
function verdict({ f, inputs }) {
  const at = inputs()
  try {
    const { ok, leaves } = checkGradient(f, at)
    return ok ? Math.max(...leaves.map(({ probes }) => probes[0].relativeError)).toExponential(0) : '**wrong**'
  } catch (error) {
    return error.code === 'NO_GRADIENT' ? 'has none' : 'throws'
  } finally {
    tf.dispose(at)
  }
}

const columns = {}
for (const backend of ['cpu', 'wasm']) {
  await tf.setBackend(backend)
  columns[backend] = knownGradients.map(verdict)
}
const width = Math.max(...knownGradients.map(({ name }) => name.length))
const row = (a, b, c) => `| ${a.padEnd(width)} | ${b.padEnd(9)} | ${c.padEnd(9)} |`
const rule = row('-'.repeat(width), '-'.repeat(9), '-'.repeat(9))
const rows = knownGradients.map(({ name }, i) => row(name, columns.cpu[i], columns.wasm[i]))
const table = [row('gradient of', 'cpu', 'wasm'), rule, ...rows].join('\n')

const file = fileURLToPath(new URL('../README.md', import.meta.url))
const text = readFileSync(file, 'utf8')
const start = text.indexOf('<!-- table -->')
// The table is the last of the file.
writeFileSync(file, `${text.slice(0, start)}<!-- table -->\n\n${table}\n`)
