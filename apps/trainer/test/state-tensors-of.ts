import type { State } from '@gg/core'
import { Tensor } from '@tensorflow/tfjs-core'

/** How many tensors there are in a state. */
export function stateTensorsOf(state: State): number {
  if (typeof state !== 'object' || state === null) return 0
  if (state instanceof Tensor) return 1
  return Object.values(state).reduce((count: number, child) => count + stateTensorsOf(child), 0)
}
