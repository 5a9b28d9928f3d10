import { engine, type Tensor } from '@tensorflow/tfjs-core'

interface Node {
  readonly saved: readonly Tensor[]
}

/** The tape that is running: what each of its nodes keeps for the backward pass. */
export function tapeOf(): readonly Node[] {
  return engine().state.activeTape as unknown as readonly Node[]
}
