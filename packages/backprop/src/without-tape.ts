import { engine } from '@tensorflow/tfjs-core'

/**
 * Runs `body` so that nothing of it is remembered for a backward pass: what tfjs lacks as `stopGradient`. A layer can so
 * compute what it wants to keep itself, and save that and nothing else.
 */
export function withoutTape<R>(body: () => R): R {
  const { state } = engine()
  const { gradientDepth, activeTape } = state
  state.gradientDepth = 0
  try {
    return body()
  } finally {
    // A gradient taken within `body` starts a tape of its own and leaves none.
    Object.assign(state, { gradientDepth, activeTape })
  }
}
