import { disposeTree } from '@gg/core'
import { type Circuit, traceGradient } from '@gg/gradcheck'
import type { KnownFunction } from '../scripts/known-functions.mjs'

/** The circuit of a function at inputs of its own, which are disposed. */
export async function traced({ inputs, f }: KnownFunction): Promise<Circuit> {
  const at = inputs()
  const circuit = await traceGradient(f, at)
  disposeTree(at)
  return circuit
}

/** The first number of the gradient that arrived at inputs. */
export function gradientsOf({ wires }: Circuit, names: readonly string[]): readonly (number | undefined)[] {
  return names.map((name) => wires.find((wire) => wire.name === name)?.gradient?.values?.[0])
}
