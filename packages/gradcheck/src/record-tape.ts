import { engine, getKernel, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core'
import { type PendingNumbers, pendingNumbers } from './pending-numbers.ts'

/** A gate as the tape has it. Tensors are known by tfjs' own ids, which are never given out twice. */
export interface RecordedGate {
  readonly kernel: string
  readonly inputs: readonly { readonly name: string; readonly tensor: number }[]
  readonly outputs: readonly number[]
  /** True once the backward pass came by. */
  reached: boolean
  /** The gradient of the output, where there is one output and gradient came to it. */
  above: PendingNumbers | undefined
  /** What it adds to the gradient of each input, by the input's name. */
  readonly gradients: Map<string, PendingNumbers>
}

/** What was seen on the tape; the numbers are still to come. */
export interface Recording {
  readonly gates: readonly RecordedGate[]
  /** By tensor: its value, and the gradient that reached it. */
  readonly values: ReadonlyMap<number, PendingNumbers>
  readonly gradients: Map<number, PendingNumbers>
}

type GradientFunction = (dys: (Tensor | null)[]) => { [name: string]: () => Tensor }
interface TapeNode {
  readonly kernelName: string
  readonly inputs: NamedTensorMap
  readonly outputs: readonly Tensor[]
  gradient?: GradientFunction
}

/**
 * Listens to the tape that is running, until tfjs throws it away: what is pushed onto this very array is noted and its
 * gradient function wrapped. No kernel, no method of tfjs and no later tape is touched.
 */
export function recordTape(): Recording {
  const gates: RecordedGate[] = []
  const values = new Map<number, PendingNumbers>()
  const gradients = new Map<number, PendingNumbers>()
  const tape = engine().state.activeTape as unknown as { push: (node: TapeNode) => number }
  const look = (tensor: Tensor): number => {
    // Now is the time: a scope within the function may dispose it.
    if (!values.has(tensor.id) && tensor.dtype !== 'string' && !tensor.isDisposed) {
      values.set(tensor.id, pendingNumbers(tensor))
    }
    return tensor.id
  }
  const push = tape.push.bind(tape)
  tape.push = (node) => {
    const gate: RecordedGate = {
      kernel: kernelOf(node.kernelName),
      inputs: Object.entries(node.inputs).map(([name, tensor]) => ({ name, tensor: look(tensor) })),
      outputs: node.outputs.map(look),
      reached: false,
      above: undefined,
      gradients: new Map(),
    }
    gates.push(gate)
    const { gradient } = node
    if (gradient !== undefined) {
      node.gradient = (dys) => {
        gate.reached = true
        for (const [i, dy] of dys.entries()) {
          const output = gate.outputs[i]
          if (dy === null || output === undefined) continue
          const above = pendingNumbers(dy)
          gradients.set(output, above)
          if (dys.length === 1) gate.above = above
        }
        return noted(gradient(dys), gate.gradients)
      }
    }
    return push(node)
  }
  return { gates, values, gradients }
}

/** The same functions, which note what they return. */
function noted(
  made: { [name: string]: () => Tensor },
  gradients: Map<string, PendingNumbers>,
): { [name: string]: () => Tensor } {
  const wrapped = Object.entries(made).map(([name, make]) => {
    const makeAndNote = (): Tensor => {
      const dx = make()
      gradients.set(name, pendingNumbers(dx))
      return dx
    }
    return [name, makeAndNote] as const
  })
  return Object.fromEntries(wrapped)
}

/** What tfjs calls scopes that nobody has named. */
const UNNAMED: ReadonlySet<string> = new Set(['', 'forward', 'unnamed scope'])

/** An operation with its own gradient goes by the name of the scope around it; tfjs marks its own with `__op`. */
function kernelOf(name: string): string {
  if (getKernel(name, engine().backendName) !== undefined) return name
  return UNNAMED.has(name) ? 'custom' : name.replace(/__op$/, '')
}
