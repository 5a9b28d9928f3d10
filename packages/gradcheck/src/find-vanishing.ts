import { type Circuit, type Gate, wireOf } from './circuit.ts'
import { showNumber } from './describe-summary.ts'
import { GradientCheckError } from './gradient-check-error.ts'

/** Options of `findVanishing`. */
export interface FindVanishingOptions {
  /** A gradient below this part of the one at the output has vanished; 1e-3 by default, in (0, 1). */
  readonly below?: number
  /** A gradient above this many times the one at the output has exploded; 1e3 by default, above 1. */
  readonly above?: number
}

/** The gradient where it leaves a layer on its way back. */
export interface LayerGradient {
  /** The layer's name, `conv1`; empty for gates behind which no input has entered yet. */
  readonly layer: string
  /** The L2 norm of the gradient of the layer's output. */
  readonly norm: number
  /** That norm in units of the first one, at the top. */
  readonly ratio: number
  /** The gate of this layer that changes the norm most, and the factor. */
  readonly steepest: { readonly kernel: string; readonly factor: number } | undefined
  readonly verdict: 'fine' | 'vanished' | 'exploded'
}

/** Where the gradient goes on its way back, from the output to the inputs. */
export interface VanishingReport {
  readonly layers: readonly LayerGradient[]
  /** A line for each layer at which it vanishes or explodes for the first time, or one that says that it does not. */
  readonly summary: string
}

/**
 * Says where along its way back the gradient vanishes or explodes, with the names of layers and the gate that does it.
 *
 * A layer's gradient is that of its output; ratios are to the layer nearest to the loss. Names come from the inputs'
 * paths: the gates behind `conv1/kernel` belong to `conv1`. The thresholds are ours.
 *
 * Deterministic, plain data in and out.
 *
 * @param circuit - What `traceGradient` returned.
 * @param options - From where on a gradient counts as vanished or exploded.
 * @throws GradientCheckError `INVALID_ARGUMENT` for a threshold out of its range.
 *
 * @example
 * ```ts
 * import { findVanishing, traceGradient } from '@gg/gradcheck'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const layer = (w: number) => ({ w: tf.scalar(w) })
 * const net = (p: { first: { w: tf.Tensor }; second: { w: tf.Tensor } }) =>
 *   tf.mul(tf.sigmoid(tf.mul(p.first.w, 12)), p.second.w)
 * const { summary } = findVanishing(await traceGradient(net, { first: layer(1), second: layer(1) }))
 * console.log(summary) // → The gradient neither vanishes nor explodes: 1 at second, 1 at first.
 * ```
 */
export function findVanishing(circuit: Circuit, options: FindVanishingOptions = {}): VanishingReport {
  const { below = 1e-3, above = 1e3 } = options
  if (!(below > 0 && below < 1) || !(above > 1)) {
    throw new GradientCheckError(
      'INVALID_ARGUMENT',
      `findVanishing: \`below\` must be in (0, 1) and \`above\` above 1, got ${below} and ${above}.`,
    )
  }
  const names = [...new Set(circuit.gates.map(({ layer }) => layer).reverse())]
  const found = names.map((layer) => {
    const gates = circuit.gates.filter((gate) => gate.layer === layer)
    return { layer, norm: normAbove(circuit, gates.at(-1)), steepest: steepestOf(circuit, gates) }
  })
  const top = found[0]?.norm ?? 0
  const layers = found.map(({ layer, norm, steepest }): LayerGradient => {
    const ratio = norm / top
    // A gradient that is not a number has exploded before it became that.
    const verdict = ratio < below ? 'vanished' : ratio <= above ? 'fine' : 'exploded'
    return { layer, norm, ratio, steepest, verdict }
  })
  return { layers, summary: summaryOf(layers) }
}

/** The gradient that reaches a gate from above. */
function normAbove(circuit: Circuit, gate: Gate | undefined): number {
  return Math.hypot(...(gate?.outputs ?? []).map((wire) => wireOf(circuit, wire).gradient?.norm ?? 0))
}

function steepestOf(circuit: Circuit, gates: readonly Gate[]): LayerGradient['steepest'] {
  const factors = gates.map((gate) => {
    // Along the way to the layers below: what flows into inputs ends there.
    const through = gate.inputs.filter((pin) => wireOf(circuit, pin.wire).kind === 'gate')
    const pins = through.length > 0 ? through : gate.inputs
    const passed = Math.max(...pins.map((pin) => pin.gradient?.norm ?? 0))
    return { kernel: gate.kernel, factor: passed / normAbove(circuit, gate) }
  })
  return factors.reduce<LayerGradient['steepest']>(
    (worst, each) => (worst === undefined || steepness(each.factor) > steepness(worst.factor) ? each : worst),
    undefined,
  )
}

function steepness(factor: number): number {
  return Math.abs(Math.log(factor))
}

function summaryOf(layers: readonly LayerGradient[]): string {
  const turns = layers.filter(({ verdict }, i) => verdict !== 'fine' && verdict !== layers[i - 1]?.verdict)
  if (turns.length > 0) return turns.map(sentence).join('\n')
  const shown = layers.map(({ layer, norm }) => `${showNumber(norm)} at ${layer || 'the output'}`)
  return `The gradient neither vanishes nor explodes: ${shown.join(', ')}.`
}

function sentence({ layer, norm, ratio, steepest, verdict }: LayerGradient): string {
  const gate =
    steepest === undefined ? '' : `; its steepest gate is ${steepest.kernel} (× ${showNumber(steepest.factor)})`
  return (
    `The gradient has ${verdict} at ${layer || 'the output'}: ${showNumber(norm)}, ${showNumber(ratio)} of what it ` +
    `was at the top${gate}.`
  )
}
