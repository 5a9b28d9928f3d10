import { disposeTree, namedLeaves, type Tree, treeLeaves, valueAndGrad } from '@gg/core'
import { engine, type Scalar, sum, type Tensor } from '@tensorflow/tfjs-core'
import { assembleCircuit } from './assemble-circuit.ts'
import type { Circuit } from './circuit.ts'
import { GradientCheckError } from './gradient-check-error.ts'
import { pendingNumbers } from './pending-numbers.ts'
import { readRecording } from './read-recording.ts'
import { type Recording, recordTape } from './record-tape.ts'

/** Options of `traceGradient`. */
export interface TraceGradientOptions {
  /** Tensors of up to so many numbers are remembered whole, larger ones as shape, norm and histogram. 16 by default. */
  readonly values?: number
}

/**
 * Runs any function of tensors forward and back, and returns its circuit: every gate with its kernel, what came in and
 * went out, its local gradients where they are small, and the gradient that flowed through.
 *
 *     ∂f/∂input = Σ over the gates that take it of ∂f/∂output · ∂output/∂input
 *
 * Every gate computes its output and its local gradients without knowing the circuit; the chain rule multiplies them
 * on the way back (Stanford's course cs231n, "Backpropagation, Intuitions"). Draw the circuit with `circuitToSvg`,
 * `circuitToText` or `circuitToMermaid`; `findVanishing` says where the gradient is lost.
 *
 * It listens to tfjs' own tape and changes no kernel: what is recorded is what training would do. Gates that no
 * gradient reaches are left out. An operation with a gradient of its own (`tf.customGrad`, a feature site, a checkpoint)
 * is one gate. It goes by the name of the scope around it, as in `tf.tidy('swish', ...)`, or else as `custom`.
 *
 * Shapes: inputs any tree of float32 tensors; an output of several numbers counts as their sum, as in `tf.grad`. State:
 * none; feature sites within `f` take one step, as in training. Memory: borrows the inputs; the circuit is plain data,
 * no tensor is kept, also when `f` throws. Both passes run before it returns, so the inputs may be disposed then; it
 * asks for every value on the way and waits for them afterwards, so it works on webgpu too. For looking at, not for
 * training: all values come to the host.
 *
 * @param f - The function; it may use any operation of tfjs.
 * @param inputs - Where to evaluate it; the paths of its tensors name the wires.
 * @param options - How much to remember.
 * @returns A promise of the circuit; the errors reject it.
 * @throws GradientCheckError `INVALID_ARGUMENT` within another gradient. GradientTransformationError `NO_GRADIENT` for
 *   an operation without one.
 *
 * @example
 * ```ts
 * import { traceGradient } from '@gg/gradcheck'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const f = ({ x, y, z }: { x: tf.Tensor; y: tf.Tensor; z: tf.Tensor }) => tf.mul(tf.add(x, y), z)
 * const circuit = await traceGradient(f, { x: tf.scalar(-2), y: tf.scalar(5), z: tf.scalar(-4) })
 * for (const { name, value, gradient } of circuit.wires) console.log(name || 'sum', value.values, gradient?.values)
 * // → x [ -2 ] [ -4 ]
 * // → y [ 5 ] [ -4 ]
 * // → z [ -4 ] [ 3 ]
 * // → sum [ 3 ] [ -4 ]
 * // → output [ -12 ] [ 1 ]
 * ```
 */
export async function traceGradient<P extends Tree>(
  f: (inputs: P) => Tensor,
  inputs: P,
  options: TraceGradientOptions = {},
): Promise<Circuit> {
  const { values: keep = 16 } = options
  if (engine().state.gradientDepth > 0) {
    throw new GradientCheckError(
      'INVALID_ARGUMENT',
      'traceGradient: must be called outside of other gradients, got a call within one. Trace the whole function.',
    )
  }
  const named = namedLeaves(inputs).map(([path, leaf]) => [path, leaf.id] as const)
  const recordings: Recording[] = []
  const ends: number[] = []
  const { value, grads } = valueAndGrad((params: P) => {
    recordings.push(recordTape())
    const y = f(params)
    ends.push(y.id)
    return sum(y) as Scalar
  })(inputs)
  const recording = recordings[0] as Recording
  for (const [i, gradient] of treeLeaves(grads).entries()) {
    const [, tensor] = named[i] as readonly [string, number]
    recording.gradients.set(tensor, pendingNumbers(gradient))
  }
  disposeTree([value, grads])
  return assembleCircuit(await readRecording(recording, keep), named, ends[0] as number)
}
