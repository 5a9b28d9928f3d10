import {
  type GradientTransformation,
  GradientTransformationError,
  gradientTransformation,
  namedLeaves,
  requireParams,
  type State,
} from '@gg/core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** What every observer's state has: its name, by which `summarize` knows it, and the statistics of each tensor. */
export type ObserverState<K extends string, L extends State> = {
  /** Which observer the state belongs to. */
  readonly observer: K
  /** Updates so far; at a feature site, backward passes. */
  readonly count: number
  /** Statistics by the path of the tensor within the updates; the path of a single tensor, as at a site, is empty. */
  readonly leaves: { readonly [path: string]: L }
}

/** Options of every observer. */
export interface ObserverOptions {
  /**
   * What an update still counts when the next one arrives, from 0 to 1. 1 (default): all updates count alike. 0.99: about
   * the last hundred. 0: the last alone.
   */
  readonly decay?: number
  /** Look at every how many updates, beginning with the first: a whole number of 1 or more; 1 by default. Saves time. */
  readonly every?: number
}

/** Of one tensor: what is observed at the start, and how that goes on. */
interface Observation<K extends string, L extends State> {
  readonly observer: K
  /** Whether the feature map (or the weights) is looked at. */
  readonly needsParams: boolean
  readonly every: number
  readonly init: (leaf: Tensor) => L
  /** `param` is `update` itself where the caller gave no `params`. Never called for a tensor without numbers. */
  readonly next: (previous: L, update: Tensor, param: Tensor) => L
}

/** A transformation that passes the updates on as they are and remembers something of each tensor. */
export function observe<K extends string, L extends State>({
  observer,
  needsParams,
  every,
  init,
  next,
}: Observation<K, L>): GradientTransformation<ObserverState<K, L>> {
  return gradientTransformation<ObserverState<K, L>>({
    init: (params) => ({
      observer,
      count: 0,
      leaves: Object.fromEntries(namedLeaves(params).map(([path, leaf]) => [path, init(leaf)])),
    }),
    update: (updates, state, params) => {
      const count = state.count + 1
      const given = needsParams ? requireParams(observer, params) : updates
      if (state.count % every !== 0) return [updates, { observer, count, leaves: state.leaves }]
      const looked = new Map(namedLeaves(given))
      const leaves = namedLeaves(updates).map(([path, update]) => {
        const previous = state.leaves[path]
        if (previous === undefined) throw unknownPath(observer, path, state.leaves)
        // The mean of nothing is no number, and would stay in the statistics.
        return [path, update.size === 0 ? previous : next(previous, update, looked.get(path) ?? update)] as const
      })
      return [updates, { observer, count, leaves: { ...state.leaves, ...Object.fromEntries(leaves) } }]
    },
  })
}

function unknownPath(observer: string, path: string, leaves: { readonly [path: string]: State }): Error {
  return new GradientTransformationError(
    'STATE_MISMATCH',
    `${observer}: \`state\` must have statistics for '${path}', got {${Object.keys(leaves).join(', ')}}. ` +
      'Pass what init or the last update returned for this very tree.',
  )
}
