import type { Tensor } from '@tensorflow/tfjs-core'
import { isLeaf, joinPath, mapChildren } from './tree.ts'

/**
 * What a transformation remembers between updates: plain data, so that it can be looked at, saved and restored.
 * Every tree is a state. Nothing that matters may hide in a closure.
 */
export type State = null | boolean | number | string | Tensor | readonly State[] | { readonly [name: string]: State }

/** The state of a transformation that remembers nothing. */
export type EmptyState = { readonly [name: string]: never }

/** A state that holds no value at all: nothing would be lost if it were made anew. */
export function isEmptyState(state: State): boolean {
  return typeof state === 'object' && state !== null && !isLeaf(state) && Object.values(state).every(isEmptyState)
}

/** The values of a state, tensors and plain ones, with their paths: `0/mu/conv1/kernel`. */
export function stateLeaves(state: State, path = ''): readonly (readonly [string, StateLeaf])[] {
  if (isStateLeaf(state)) return [[path, state]]
  return Object.entries(state).flatMap(([name, child]) => stateLeaves(child, joinPath(path, name)))
}

/** A value within a state. */
export type StateLeaf = null | boolean | number | string | Tensor

/** Maps the values of a state; the structure stays. */
export function stateMap<S extends State>(f: (leaf: StateLeaf, path: string) => StateLeaf, state: S): S {
  const walk = (node: State, path: string): State => {
    if (isStateLeaf(node)) return f(node, path)
    return mapChildren<State, typeof node>(node, (child, name) => walk(child, joinPath(path, name)))
  }
  // As in treeMap, the only assertion: same names and lengths in, same out.
  return walk(state, '') as S
}

/** The tensors of a state. It is asked at each step, so it builds no paths. */
export function stateTensors(state: State): Tensor[] {
  const tensors: Tensor[] = []
  const walk = (node: State): void => {
    if (isLeaf(node)) tensors.push(node)
    else if (typeof node === 'object' && node !== null) for (const child of Object.values<State>(node)) walk(child)
  }
  walk(state)
  return tensors
}

function isStateLeaf(state: State): state is StateLeaf {
  return typeof state !== 'object' || state === null || isLeaf(state)
}
