import type { Summary } from './circuit.ts'
import { isElementwise } from './kernel-rule.ts'
import type { PendingNumbers } from './pending-numbers.ts'
import type { RecordedGate, Recording } from './record-tape.ts'
import { summarize } from './summarize.ts'

/** A gate of the tape with what went through it. */
interface ReadGate extends Pick<RecordedGate, 'kernel' | 'inputs' | 'outputs' | 'reached'> {
  /** `∂output/∂input` by the input's name, where it is known. */
  readonly locals: ReadonlyMap<string, Summary>
  readonly gradients: ReadonlyMap<string, Summary>
}

/** A recording with its numbers, as far as they are remembered. */
export interface ReadRecording {
  readonly gates: readonly ReadGate[]
  readonly values: ReadonlyMap<number, Summary>
  readonly gradients: ReadonlyMap<number, Summary>
}

/** Waits for all numbers of a recording; tensors of up to `keep` numbers are remembered whole. */
export async function readRecording({ gates, values, gradients }: Recording, keep: number): Promise<ReadRecording> {
  return {
    gates: await Promise.all(gates.map((gate) => readGate(gate, keep))),
    values: await readAll(values, keep),
    gradients: await readAll(gradients, keep),
  }
}

async function readGate({ above, gradients, ...gate }: RecordedGate, keep: number): Promise<ReadGate> {
  const dy = await above?.numbers
  const locals = new Map<string, Summary>()
  for (const [name, { shape, dtype, numbers }] of gradients) {
    const local = dy === undefined ? undefined : localGradient(gate.kernel, dy, await numbers)
    if (local !== undefined) locals.set(name, summarize(local, shape, dtype, keep))
  }
  return { ...gate, locals, gradients: await readAll(gradients, keep) }
}

async function readAll<K>(pending: ReadonlyMap<K, PendingNumbers>, keep: number): Promise<ReadonlyMap<K, Summary>> {
  const read = [...pending].map(async ([key, { shape, dtype, numbers }]) => {
    return [key, summarize(await numbers, shape, dtype, keep)] as const
  })
  return new Map(await Promise.all(read))
}

/** What was multiplied with `dy` to give `dx`, where one number went with one number; where `dy` is 0 nobody knows. */
function localGradient(kernel: string, dy: Float32Array, dx: Float32Array): Float32Array | undefined {
  const paired = isElementwise(kernel) && dx.length === dy.length
  if ((dy.length !== 1 && !paired) || dy.some((g) => g === 0)) return undefined
  return dx.map((g, i) => g / ((dy.length === 1 ? dy[0] : dy[i]) as number))
}
