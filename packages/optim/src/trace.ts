import { fusedTreeMap, type GradientTransformation, gradientTransformation, type Tree } from '@gg/core'
import { add, mul, scalar, type Tensor } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { zerosLikeTree } from './moments.ts'

/** Options of `trace`. */
export interface TraceOptions {
  /** Look ahead by one more step of momentum. `false` unless given. */
  readonly nesterov?: boolean
}

/** The state of `trace`. */
export type TraceState = {
  /** The decayed sum of updates so far. */
  readonly trace: Tree
}

/**
 * Momentum: the decayed sum of updates (Polyak 1964).
 *
 * `trace_t = g_t + decay · trace_(t-1)`; `u_t = trace_t`, or with `nesterov` (Nesterov 1983 as in Sutskever et al. 2013)
 * `u_t = g_t + decay · trace_t`. Its neighbour `ema` weighs the new gradient with `1 - decay`, so steps stay as long as
 * gradients; here they grow up to `1 / (1 - decay)` times as long. This is PyTorch's momentum with `dampening=0`.
 *
 * State: the trace, shaped like the parameters. Needs `params`: no. Memory: one tensor for each parameter.
 *
 * @param decay - How much of the past stays after one update, in [0, 1].
 * @param options - `nesterov`.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { trace } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = trace(0.5)
 * const [, state] = tx.update(tf.scalar(4), tx.init(tf.scalar(0)))
 * const [updates] = tx.update(tf.scalar(1), state)
 * console.log(updates.arraySync()) // → 3
 * ```
 */
export function trace(decay: number, { nesterov = false }: TraceOptions = {}): GradientTransformation<TraceState> {
  checkHyperparameters('trace', 'in [0, 1]', { decay })
  return gradientTransformation<TraceState>({
    init: (params) => ({ trace: zerosLikeTree(params) }),
    update: (updates, state) => {
      const plain = (): ((g: Tensor, t: Tensor) => Tensor[]) => {
        const before = scalar(decay)
        return (g, t) => {
          const trace = add(g, mul(t, before))
          return nesterov ? [trace, add(g, mul(trace, before))] : [trace]
        }
      }
      const kernel = { name: 'GgTrace', attrs: { decay, nesterov }, results: nesterov ? 2 : 1, plain } as const
      const [next, ahead] = fusedTreeMap(kernel, updates, state.trace) as [typeof updates, typeof updates?]
      return [ahead ?? next, { trace: next }]
    },
  })
}
