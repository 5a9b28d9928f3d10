import { dispose } from '@tensorflow/tfjs-core'
import { type State, stateTensors } from './state.ts'

/**
 * Disposes every tensor of a tree or of a transformation's state. tfjs' own `dispose` does the same for containers
 * that its types know; this one takes readonly and nested ones. Disposing twice does no harm.
 *
 * @param tree - A tree, or a state with plain values among its tensors.
 *
 * @example
 * ```ts
 * import { disposeTree } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const state = { count: 3, mu: { w: tf.zeros([2]) } }
 * disposeTree(state)
 * console.log(state.mu.w.isDisposed) // → true
 * ```
 */
export function disposeTree(tree: State): void {
  dispose(stateTensors(tree))
}
