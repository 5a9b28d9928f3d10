import type { Scalar } from '@tensorflow/tfjs-core'
import { applyUpdates } from './apply-updates.ts'
import { disposeTree } from './dispose-tree.ts'
import type { ExtraArgs, GradientTransformation } from './gradient-transformation.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { held } from './held.ts'
import { loadState, type SavedState, saveState } from './save-state.ts'
import { type State, stateTensors } from './state.ts'
import { tidyResult } from './tidy-result.ts'
import type { Tree } from './tree.ts'
import { valueAndGrad } from './value-and-grad.ts'

/** Parameters and the state of a transformation, and the steps that replace them. */
export interface Optimizer<P extends Tree, S extends State = State> {
  /** The parameters now. They belong to the optimizer: read them, do not dispose them, do not keep them over a step. */
  readonly params: P
  /** The state now; it belongs to the optimizer. */
  readonly state: S
  /** One update from gradients, which are borrowed. If it throws, nothing has changed. */
  step(grads: P, extra?: ExtraArgs): void
  /** Value, gradients and one update from a loss function; the value is new and the caller's. */
  minimize(loss: (params: P) => Scalar, extra?: ExtraArgs): Scalar
  /** The same for a loss that returns a pair; value and aux are new and the caller's. */
  minimizeWithAux<X extends State>(
    loss: (params: P) => readonly [Scalar, X],
    extra?: ExtraArgs,
  ): { readonly value: Scalar; readonly aux: X }
  /** Replaces the state by a function of it, which may share tensors with it, such as `setHyperparams`. */
  updateState(change: (state: S) => S): void
  /** A copy of parameters and state as plain data. */
  save(): Promise<SavedOptimizer>
  /** Continues from a copy. If it does not fit, it throws and nothing has changed. */
  restore(saved: SavedOptimizer): void
  /** Disposes parameters and state. */
  dispose(): void
}

/** A copy of an optimizer's parameters and state. */
export interface SavedOptimizer {
  readonly params: SavedState
  readonly state: SavedState
}

/**
 * Owns parameters and state and disposes what each step replaces: the convenient way to use a transformation.
 *
 * Memory: takes `params` over; the caller must not dispose them. `dispose()` at the end leaves nothing behind.
 *
 * @param tx - A chain that ends in `scaleByLearningRate`, such as `adam`.
 * @param params - The weights at the start, float32.
 * @throws GradientTransformationError what `tx`, `applyUpdates`, `valueAndGrad` and `loadState` throw; `DISPOSED`.
 *
 * @example
 * ```ts
 * import { createOptimizer, statelessWithTreeMap } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const gradientDescent = statelessWithTreeMap((update) => tf.mul(update, -0.25))
 * const optimizer = createOptimizer(gradientDescent, { x: tf.scalar(4) })
 * for (let i = 0; i < 3; i++) optimizer.minimize(({ x }) => tf.square(tf.sub(x, 1))).dispose()
 * console.log(optimizer.params.x.arraySync()) // → 1.375
 * optimizer.dispose()
 * ```
 */
export function createOptimizer<P extends Tree, S extends State>(
  tx: GradientTransformation<S>,
  params: P,
): Optimizer<P, S> {
  let disposed = false
  let now = held({ params, state: tx.init(params) })

  const live = (): typeof now => {
    if (!disposed) return now
    throw new GradientTransformationError('DISPOSED', 'createOptimizer: the optimizer is disposed. Make a new one.')
  }
  const replace = (next: { readonly params: P; readonly state: S }): void => {
    const staying = new Set(stateTensors(next).map(({ id }) => id))
    const old = stateTensors(now).filter(({ id }) => !staying.has(id))
    now = held(next)
    disposeTree(old)
  }
  const step = (grads: P, extra?: ExtraArgs): void => {
    const { params, state } = live()
    replace(
      tidyResult([params, state, grads], () => {
        const [updates, next] = tx.update(grads, state, params, extra)
        return { params: applyUpdates(params, updates), state: next }
      }),
    )
  }
  return {
    get params() {
      return live().params
    },
    get state() {
      return live().state
    },
    step,
    minimize(loss, extra) {
      const { value, grads } = valueAndGrad(loss)(live().params)
      return stepped(value, { value, grads }, () => step(grads, extra), grads)
    },
    minimizeWithAux(loss, extra) {
      const { value, grads, aux } = valueAndGrad(loss, { hasAux: true })(live().params)
      return stepped({ value, aux }, { value, grads, aux }, () => step(grads, extra), grads)
    },
    updateState(change) {
      const { params, state } = live()
      replace({ params, state: change(state) })
    },
    async save() {
      const { params, state } = live()
      // Both copies are begun before either waits, so that they are of one and the same step.
      const [savedParams, savedState] = await Promise.all([saveState(params), saveState(state)])
      return { params: savedParams, state: savedState }
    },
    restore(saved) {
      const { params, state } = live()
      replace(
        tidyResult([params, state], () => ({
          params: loadState(saved.params, params),
          state: loadState(saved.state, state),
        })),
      )
    },
    dispose() {
      if (!disposed) disposeTree([now.params, now.state])
      disposed = true
    },
  }
}

/** Runs one step, disposes the gradients, and hands `result` on; if the step throws, `all` is disposed. */
function stepped<R extends State>(result: R, all: State, step: () => void, grads: Tree): R {
  try {
    step()
  } catch (error) {
    disposeTree(all)
    throw error
  }
  disposeTree(grads)
  return result
}
