import { type Circuit, wireOf } from './circuit.ts'
import { describeSummary, isBig, nameOfWire } from './describe-summary.ts'
import { symbolOf } from './kernel-rule.ts'

/**
 * A circuit as a Mermaid flowchart, which GitHub and many editors draw: gates as nodes, on each edge the value and,
 * behind a bar, the gradient that flows back through it.
 *
 * Deterministic. For pictures that do not depend on who draws them use `circuitToSvg`.
 *
 * @param circuit - What `traceGradient` returned.
 *
 * @example
 * ```ts
 * import { circuitToMermaid, traceGradient } from '@gg/gradcheck'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const circuit = await traceGradient((x: tf.Tensor) => tf.square(x), tf.scalar(3))
 * for (const line of circuitToMermaid(circuit).split('\n')) console.log(line.trim())
 * // → flowchart LR
 * // → w0["input"]
 * // → g0(("x²"))
 * // → w0 -->|"3 | 6"| g0
 * // → out["output"]
 * // → g0 -->|"9 | 1"| out
 * ```
 */
export function circuitToMermaid(circuit: Circuit): string {
  const source = new Map(circuit.gates.flatMap(({ id, outputs }) => outputs.map((wire) => [wire, `g${id}`] as const)))
  const lines = ['flowchart LR']
  for (const { id, kind } of circuit.wires) {
    if (kind === 'input') lines.push(`  w${id}["${escaped(nameOfWire(circuit, id))}"]`)
    if (kind === 'constant') lines.push(`  w${id}("${escaped(nameOfWire(circuit, id))}")`)
  }
  const edge = (wire: number, gradient: string, to: string): string => {
    const { value } = wireOf(circuit, wire)
    const shape = isBig(value) ? `[${value.shape}] ` : ''
    return `  ${source.get(wire) ?? `w${wire}`} -->|"${shape}${describeSummary(value)} | ${gradient}"| ${to}`
  }
  for (const { id, kernel, inputs } of circuit.gates) {
    lines.push(`  g${id}(("${escaped(symbolOf(kernel))}"))`)
    for (const pin of inputs) lines.push(edge(pin.wire, describeSummary(pin.gradient), `g${id}`))
  }
  lines.push('  out["output"]', edge(circuit.output, describeSummary(wireOf(circuit, circuit.output).gradient), 'out'))
  return lines.join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('"', '#quot;')
}
