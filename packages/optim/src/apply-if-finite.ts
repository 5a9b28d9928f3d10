import { type GradientTransformation, gradientTransformation, type State, treeMap } from '@gg/core'
import {
  add,
  cast,
  greater,
  logicalNot,
  logicalOr,
  mul,
  type Scalar,
  scalar,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { allFinite } from './all-finite.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { selectState } from './select-state.ts'

/** The state of `applyIfFinite`. */
export type ApplyIfFiniteState<S extends State> = {
  /** How many updates in a row had a NaN or an infinity, up to now; an int32 scalar. */
  readonly notfiniteCount: Scalar
  /** Whether the last update was finite; a bool scalar. */
  readonly lastFinite: Scalar
  /** How many updates had a NaN or an infinity in all; an int32 scalar. */
  readonly totalNotfinite: Scalar
  readonly inner: S
}

/**
 * Leaves out updates with a NaN or an infinity, up to a number of them in a row; then it lets them pass, because a run
 * that is broken should be seen to be.
 *
 * If left out, the updates are zeros and the tensors of the inner state stay as they were. The counters are scalars on
 * the backend, where the decision is taken; nothing is read back.
 *
 * Deviates from optax in the numbers of the inner state: a count goes on for updates that are left out too, because it
 * cannot depend on what is on the backend. So schedules move on, and a bias correction takes such an update for a
 * zero gradient.
 *
 * State: the counters and the inner state. Needs `params`: if the inner transformation does.
 *
 * @param inner - Usually a whole optimizer.
 * @param maxConsecutiveErrors - How many in a row to leave out, a whole number of at least 0.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { applyIfFinite, sgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = applyIfFinite(sgd(1), 3)
 * const [first, state] = tx.update(tf.tensor1d([1, Number.NaN]), tx.init(tf.zeros([2])))
 * const [second] = tx.update(tf.tensor1d([1, 2]), state)
 * console.log(first.arraySync(), second.arraySync(), state.totalNotfinite.arraySync()) // → [ 0, 0 ] [ -1, -2 ] 1
 * ```
 */
export function applyIfFinite<S extends State>(
  inner: GradientTransformation<S>,
  maxConsecutiveErrors: number,
): GradientTransformation<ApplyIfFiniteState<S>> {
  checkHyperparameters('applyIfFinite', 'at least 0', { maxConsecutiveErrors })
  checkHyperparameters('applyIfFinite', 'a whole number', { maxConsecutiveErrors })
  return gradientTransformation<ApplyIfFiniteState<S>>({
    init: (params) => ({
      notfiniteCount: scalar(0, 'int32'),
      lastFinite: scalar(true, 'bool'),
      totalNotfinite: scalar(0, 'int32'),
      inner: inner.init(params),
    }),
    update: (updates, state, params, extra) => {
      const finite = allFinite(updates)
      const broken = cast<Scalar>(logicalNot(finite), 'int32')
      const notfiniteCount = mul<Scalar>(add(state.notfiniteCount, broken), broken)
      const apply = logicalOr<Scalar>(finite, greater(notfiniteCount, scalar(maxConsecutiveErrors, 'int32')))
      const [next, innerState] = inner.update(updates, state.inner, params, extra)
      return [
        treeMap((u) => where(apply, u, zerosLike(u)), next),
        {
          notfiniteCount,
          lastFinite: finite,
          totalNotfinite: add<Scalar>(state.totalNotfinite, broken),
          inner: selectState(apply, innerState, state.inner),
        },
      ]
    },
  })
}
