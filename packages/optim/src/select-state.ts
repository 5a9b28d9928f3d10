import type { State } from '@gg/core'
import { type Scalar, Tensor, where } from '@tensorflow/tfjs-core'

/**
 * The tensors of `ifTrue` or of `ifFalse`, chosen by a bool scalar on the backend, without reading it. Numbers, which
 * cannot depend on a tensor, are always those of `ifTrue`.
 */
export function selectState<S extends State>(condition: Scalar, ifTrue: S, ifFalse: S): S {
  // Both states come from one transformation, so their structure is the same; a mapped type cannot say so.
  return select(condition, ifTrue, ifFalse) as S
}

function select(condition: Scalar, ifTrue: State, ifFalse: State): State {
  if (ifTrue instanceof Tensor) return ifFalse instanceof Tensor ? where(condition, ifTrue, ifFalse) : ifTrue
  if (!isNode(ifTrue) || !isNode(ifFalse)) return ifTrue
  const others = new Map(Object.entries(ifFalse))
  const entries = Object.entries(ifTrue).map(
    ([name, child]) => [name, select(condition, child, others.get(name) ?? child)] as const,
  )
  return Array.isArray(ifTrue) ? entries.map(([, child]) => child) : Object.fromEntries(entries)
}

function isNode(state: State): state is readonly State[] | { readonly [name: string]: State } {
  return typeof state === 'object' && state !== null && !(state instanceof Tensor)
}
