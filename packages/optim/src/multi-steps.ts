import {
  type EmptyState,
  type GradientTransformation,
  gradientTransformation,
  type Schedule,
  type State,
  type Tree,
  treeMap,
} from '@gg/core'
import {
  add,
  cast,
  div,
  logicalNot,
  maximum,
  type Scalar,
  scalar,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'
import { zerosLikeTree } from './moments.ts'

/** Whether to leave a mini-step out, and whatever else is worth a look, as scalars on the backend. */
export type SkipDecision = { readonly shouldSkip: Scalar; readonly [name: string]: Tensor }

/** Decides on a mini-step from its gradients, the count of updates so far, and the parameters if there are any. */
export type ShouldSkipUpdate = (updates: Tree, gradientStep: number, params: Tree | undefined) => SkipDecision

/** Options of `multiSteps`. */
export interface MultiStepsOptions {
  /** The mean of the gradients rather than their sum. `true` unless given. */
  readonly useGradMean?: boolean
  /** Which mini-steps to leave out, such as `skipNotFinite`; none unless given. */
  readonly shouldSkipUpdate?: ShouldSkipUpdate
}

/** The state of `multiSteps`. */
export type MultiStepsState<S extends State> = {
  /** Mini-steps since the last update of `inner`. */
  readonly miniStep: number
  /** Updates of `inner` so far. */
  readonly gradientStep: number
  readonly inner: S
  /** The sum of the gradients of the mini-steps, shaped like the parameters. */
  readonly accGrads: Tree
  /** With `shouldSkipUpdate`: how many mini-steps of this update were taken, and the last decision. */
  readonly skip: { readonly accepted: Scalar; readonly last: SkipDecision } | EmptyState
}

/**
 * Collects the gradients of `k` mini-steps and hands their mean to the inner transformation: a batch of `k` times the
 * size in the memory of one. In between the updates are zeros and the inner state rests.
 *
 * `u_t = inner((1/k) Σ g)` at every `k`-th call, 0 at the others. `applyEvery` adds up what comes *out* of a chain.
 *
 * Deviates from optax where mini-steps are left out: there the `k` counts accepted mini-steps, here all of them, and
 * the mean is over the accepted ones (a zero gradient if there are none). Whether the inner transformation runs must
 * not depend on numbers that are still on the backend. `accGrads` holds the sum; optax has the running mean.
 *
 * State: two counts, the inner state, and the sum. Needs `params`: if the inner transformation does.
 *
 * @param inner - Usually a whole optimizer.
 * @param everyK - How many mini-steps make an update, a whole number of at least 1, or a schedule of it over updates.
 * @param options - Mean or sum, and which mini-steps to leave out.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { multiSteps, sgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = multiSteps(sgd(1), 2)
 * const [first, state] = tx.update(tf.scalar(3), tx.init(tf.scalar(0)))
 * const [second] = tx.update(tf.scalar(5), state)
 * console.log(first.arraySync(), second.arraySync()) // → 0 -4
 * ```
 */
export function multiSteps<S extends State>(
  inner: GradientTransformation<S>,
  everyK: number | Schedule,
  { useGradMean = true, shouldSkipUpdate }: MultiStepsOptions = {},
): GradientTransformation<MultiStepsState<S>> {
  const kAt = (gradientStep: number): number => {
    const k = typeof everyK === 'number' ? everyK : everyK(gradientStep)
    checkArgument(Number.isInteger(k) && k >= 1, 'multiSteps', 'everyK', 'a whole number of at least 1', k)
    return k
  }
  if (typeof everyK === 'number') kAt(0)
  return gradientTransformation<MultiStepsState<S>>({
    init: (params) => ({
      miniStep: 0,
      gradientStep: 0,
      inner: inner.init(params),
      accGrads: zerosLikeTree(params),
      skip:
        shouldSkipUpdate === undefined
          ? {}
          : { accepted: scalar(0), last: shouldSkipUpdate(zerosLikeTree(params), 0, params) },
    }),
    update: (updates, state, params, extra) => {
      const { gradientStep } = state
      const k = kAt(gradientStep)
      const last = shouldSkipUpdate?.(updates, gradientStep, params)
      const taken = last === undefined ? updates : zeroIf(last.shouldSkip, updates)
      const accGrads = state.miniStep === 0 ? taken : treeMap(add, taken, state.accGrads)
      const taking = last === undefined ? undefined : cast<Scalar>(logicalNot(last.shouldSkip), 'float32')
      const accepted = taking && add<Scalar>(taking, state.miniStep === 0 ? 0 : (state.skip.accepted ?? 0))
      const skip = last === undefined || accepted === undefined ? {} : { accepted, last }
      const miniStep = state.miniStep + 1
      // A schedule may ask for fewer than have been collected.
      if (miniStep < k) {
        const next = { ...state, miniStep, accGrads, skip }
        return [treeMap((g) => zerosLike(g), updates), next]
      }
      const mean = useGradMean
        ? treeMap((sum) => div(sum, accepted === undefined ? miniStep : maximum(accepted, 1)), accGrads)
        : accGrads
      const [next, innerState] = inner.update(mean, state.inner, params, extra)
      return [
        next,
        { miniStep: 0, gradientStep: gradientStep + 1, inner: innerState, accGrads: zerosLikeTree(updates), skip },
      ]
    },
  })
}

function zeroIf<U extends Tree>(condition: Scalar, updates: U): U {
  return treeMap((g) => where(condition, zerosLike(g), g), updates)
}
