import {
  applyUpdates,
  type EmptyState,
  type ExtraArgs,
  type GradientTransformation,
  GradientTransformationError,
  gradientTransformation,
  requireParams,
  type State,
  type Tree,
  treeMap,
} from '@gg/core'
import { add, neg, sub } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'

/** Options of `sam`. */
export interface SamOptions {
  /** How many calls make one update, the last of which is the outer one; a whole number of at least 2. 2 unless given. */
  readonly syncPeriod?: number
  /** Whether the inner optimizer starts anew after each outer update. `true` unless given. */
  readonly resetState?: boolean
  /** Whether one call does all: then `update` asks for the extra argument `gradFn`. `false` unless given. */
  readonly opaqueMode?: boolean
}

/** The gradients at other parameters, for `sam` in opaque mode; `step` counts the inner steps from 0. */
export type SamGradFn = (params: Tree, step: number) => Tree

/** The state of `sam`. */
export type SamState<S extends State, A extends State> = {
  /** Calls since the last outer update, below `syncPeriod`. */
  readonly stepsSinceSync: number
  /** The state of the outer optimizer. */
  readonly opt: S
  /** The state of the inner optimizer. */
  readonly adv: A
  /** The parameters before the first inner step, to which the outer update is applied; nothing in opaque mode. */
  readonly cache: Tree | EmptyState
}

/**
 * Sharpness-aware minimization (Foret et al. 2021, algorithm 1): steps uphill to where the loss is worse, takes the
 * gradient there, and applies it where it came from, which favours flat minima.
 *
 * `e = ρ g(w) / |g(w)|`, `w ← w - learningRate · g(w + e)`: an inner `chain(normalize(), sgd(rho))`, whose updates are
 * applied with the sign turned, and any outer optimizer.
 *
 * Calls take turns: after `syncPeriod - 1` inner ones, in which the parameters really move uphill, an outer one moves
 * them back and on. With `opaqueMode` one call does all of it and asks `extra.gradFn` for the gradients in between;
 * batch-norm statistics then see one step.
 *
 * Deviates from optax in that a `syncPeriod` of 1, which would have no inner step, is an error.
 *
 * State: both states, the count, and the parameters of the last outer update. Needs `params`: yes.
 *
 * @param optimizer - The outer optimizer, with its learning rate.
 * @param advOptimizer - The inner one; its learning rate is the radius `ρ`.
 * @param options - Period, whether the inner one starts anew, and opaque mode.
 * @throws GradientTransformationError `INVALID_ARGUMENT`; from `update`: `MISSING_PARAMS`, and `INVALID_ARGUMENT` in
 *   opaque mode without `gradFn`.
 *
 * @example
 * ```ts
 * import { chain, createOptimizer } from '@gg/core'
 * import { normalize, sam, sgd } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = sam(sgd(0.25), chain(normalize(), sgd(1)))
 * const optimizer = createOptimizer(tx, { x: tf.scalar(3) })
 * const seen = [1, 2].map(() => (optimizer.minimize(({ x }) => tf.square(x)).dispose(), optimizer.params.x.arraySync()))
 * console.log(seen) // → [ 4, 1 ]
 * ```
 */
export function sam<S extends State, A extends State>(
  optimizer: GradientTransformation<S>,
  advOptimizer: GradientTransformation<A>,
  { syncPeriod = 2, resetState = true, opaqueMode = false }: SamOptions = {},
): GradientTransformation<SamState<S, A>> {
  const whole = Number.isInteger(syncPeriod) && syncPeriod >= 2
  checkArgument(whole, 'sam', 'syncPeriod', 'a whole number of at least 2', syncPeriod)
  const uphill = (updates: Tree, state: A, params: Tree, extra: ExtraArgs): readonly [Tree, A] => {
    const [next, adv] = advOptimizer.update(updates, state, params, extra)
    return [treeMap((u) => neg(u), next), adv]
  }
  return gradientTransformation<SamState<S, A>>({
    init: (params) => ({
      stepsSinceSync: 0,
      opt: optimizer.init(params),
      adv: advOptimizer.init(params),
      cache: opaqueMode ? {} : params,
    }),
    update: (updates, state, given, extra) => {
      const params = requireParams('sam', given)
      if (opaqueMode) {
        const gradFn = requireGradFn(extra)
        let grads: Tree = updates
        let at = params
        let adv = state.adv
        for (let step = 0; step < syncPeriod - 1; step++) {
          const [next, nextAdv] = uphill(grads, adv, at, extra)
          at = applyUpdates(at, next)
          adv = nextAdv
          grads = gradFn(at, step)
        }
        const [next, opt] = optimizer.update(
          treeMap((_, g) => g, updates, grads),
          state.opt,
          params,
          extra,
        )
        return [next, { stepsSinceSync: 0, opt, adv: resetState ? advOptimizer.init(params) : adv, cache: {} }]
      }
      const stepsSinceSync = (state.stepsSinceSync + 1) % syncPeriod
      if (stepsSinceSync !== 0) {
        const [next, adv] = uphill(updates, state.adv, params, extra)
        const cache = state.stepsSinceSync === 0 ? params : state.cache
        return [treeMap((_, u) => u, updates, next), { stepsSinceSync, opt: state.opt, adv, cache }]
      }
      const [next, opt] = optimizer.update(updates, state.opt, state.cache, extra)
      return [
        // Back to where it came from, and on from there.
        treeMap((u, p, cached) => add(sub(cached, p), u), next, params, state.cache),
        {
          stepsSinceSync,
          opt,
          adv: resetState ? advOptimizer.init(params) : state.adv,
          cache: state.cache,
        },
      ]
    },
  })
}

function requireGradFn(extra: ExtraArgs): SamGradFn {
  const gradFn = extra['gradFn']
  // What its arguments are is for TypeScript to say where it is written: see SamGradFn.
  if (typeof gradFn === 'function') return gradFn as SamGradFn
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `sam: \`extra.gradFn\` must be a function in opaque mode, got ${typeof gradFn}. ` +
      'Call update(updates, state, params, { gradFn: (params) => gradients }).',
  )
}
