import { type Circuit, type Gate, type Summary, wireOf } from './circuit.ts'
import { describeSummary, isBig, nameOfWire } from './describe-summary.ts'

/**
 * A circuit as lines of text: one for each gate with its value and gradient, and below it one for each input with the
 * local gradient and what it passes on. For a terminal or a test; `circuitToSvg` draws a picture.
 *
 * Numbers have five significant digits; a tensor of more than four is its norm, `‖2.5‖`. Deterministic.
 *
 * @param circuit - What `traceGradient` returned.
 *
 * @example
 * ```ts
 * import { circuitToText, traceGradient } from '@gg/gradcheck'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const f = ({ x, y }: { x: tf.Tensor; y: tf.Tensor }) => tf.mul(tf.maximum(x, y), 10)
 * const text = circuitToText(await traceGradient(f, { x: tf.scalar(2), y: tf.scalar(-1) }))
 * for (const line of text.split('\n')) console.log(line.trim())
 * // → x = 2, gradient 10
 * // → y = -1, gradient 0
 * // → #2 = Maximum(x, y) = 2, gradient 10, which it routes
 * // → a: x gets 1 · 10 = 10
 * // → b: y gets 0 · 10 = 0
 * // → #4 = Multiply(#2, 10) = 20, gradient 1, with which it switches its inputs
 * // → a: #2 gets 10 · 1 = 10
 * ```
 */
export function circuitToText(circuit: Circuit): string {
  const inputs = circuit.wires
    .filter(({ kind }) => kind === 'input')
    .map(({ name, value, gradient }) => `${name}${sized(value)}, gradient ${describeSummary(gradient)}`)
  return [...inputs, ...circuit.gates.flatMap((gate) => linesOf(circuit, gate))].join('\n')
}

const rules = {
  distributes: ', which it distributes',
  routes: ', which it routes',
  switches: ', with which it switches its inputs',
}

function linesOf(circuit: Circuit, { kernel, inputs, outputs, rule, layer }: Gate): readonly string[] {
  const [first = 0] = outputs
  const { value, gradient } = wireOf(circuit, first)
  const above = describeSummary(gradient)
  const call = `${kernel}(${inputs.map((pin) => nameOfWire(circuit, pin.wire)).join(', ')})`
  const head = `#${first} = ${call}${sized(value)}, gradient ${above}${rule ? rules[rule] : ''}${layer && ` in ${layer}`}`
  const pins = inputs
    .filter((pin) => pin.gradient !== undefined)
    .map(({ name, wire, local, gradient: passed }) => {
      const product = local === undefined ? '' : `${describeSummary(local)} · ${above} = `
      return `  ${name}: ${nameOfWire(circuit, wire)} gets ${product}${describeSummary(passed)}`
    })
  return [head, ...pins]
}

function sized(value: Summary): string {
  return `${isBig(value) ? ` [${value.shape}]` : ''} = ${describeSummary(value)}`
}
