import { engine, getKernel, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core'
import type { Summary } from './circuit.ts'
import { isElementwise } from './kernel-rule.ts'
import { numbersOf, summarize } from './summarize.ts'

/** A gate as the tape has it. Tensors are known by tfjs' own ids, which are never given out twice. */
interface RecordedGate {
  readonly kernel: string
  readonly inputs: readonly { readonly name: string; readonly tensor: number }[]
  readonly outputs: readonly number[]
  /** True once the backward pass came by. */
  reached: boolean
  readonly locals: Map<string, Summary>
  readonly gradients: Map<string, Summary>
}

/** What was seen on the tape. */
export interface Recording {
  readonly gates: readonly RecordedGate[]
  /** By tensor: its value, and the gradient that reached it. */
  readonly values: ReadonlyMap<number, Summary>
  readonly gradients: ReadonlyMap<number, Summary>
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
export function recordTape(keep: number): Recording {
  const gates: RecordedGate[] = []
  const values = new Map<number, Summary>()
  const gradients = new Map<number, Summary>()
  const tape = engine().state.activeTape as unknown as { push: (node: TapeNode) => number }
  const look = (tensor: Tensor): number => {
    // Now is the time: a scope within the function may dispose it.
    if (!values.has(tensor.id) && tensor.dtype !== 'string' && !tensor.isDisposed) {
      values.set(tensor.id, summarize(numbersOf(tensor), tensor.shape, tensor.dtype, keep))
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
      locals: new Map(),
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
          gradients.set(output, summarize(numbersOf(dy), dy.shape, dy.dtype, keep))
        }
        const [dy] = dys
        return noteInputGradients(gate, dys.length === 1 ? dy : undefined, gradient(dys), keep)
      }
    }
    return push(node)
  }
  return { gates, values, gradients }
}

function noteInputGradients(
  gate: RecordedGate,
  dy: Tensor | null | undefined,
  found: { [name: string]: () => Tensor },
  keep: number,
): { [name: string]: () => Tensor } {
  const above = dy == null ? undefined : numbersOf(dy)
  const wrapped = Object.entries(found).map(([name, make]) => {
    const noted = (): Tensor => {
      const dx = make()
      const numbers = numbersOf(dx)
      gate.gradients.set(name, summarize(numbers, dx.shape, dx.dtype, keep))
      const local = above === undefined ? undefined : localGradient(gate.kernel, above, numbers)
      if (local !== undefined) gate.locals.set(name, summarize(local, dx.shape, dx.dtype, keep))
      return dx
    }
    return [name, noted] as const
  })
  return Object.fromEntries(wrapped)
}

/** What was multiplied with `dy` to give `dx`, where one number went with one number; where `dy` is 0 nobody knows. */
function localGradient(kernel: string, dy: Float32Array, dx: Float32Array): Float32Array | undefined {
  const paired = isElementwise(kernel) && dx.length === dy.length
  if ((dy.length !== 1 && !paired) || dy.some((g) => g === 0)) return undefined
  return dx.map((g, i) => g / ((dy.length === 1 ? dy[0] : dy[i]) as number))
}

/** An operation with its own gradient goes by the name of the scope around it, which `op` marks as tfjs' own. */
function kernelOf(name: string): string {
  if (getKernel(name, engine().backendName) !== undefined) return name
  return name.endsWith('__op') ? name.slice(0, -'__op'.length) : 'custom'
}
