import type { State } from '@gg/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { ObserverState } from './observer.ts'

/** What every reading has. */
export type Reading<K extends string> = {
  /** Which observer it comes from. */
  readonly observer: K
  /** The path of the tensor within the updates; empty for a single tensor, as at a feature site. */
  readonly path: string
  /** Updates so far. */
  readonly count: number
}

/** A reading of each tensor that has been observed at least once, in the order of the state. */
export async function readLeaves<K extends string, L extends State & { readonly seen: number }, R extends object>(
  { observer, count, leaves }: ObserverState<K, L>,
  read: (leaf: L) => Promise<R>,
): Promise<readonly (Reading<K> & R)[]> {
  const seen = Object.entries(leaves).filter(([, leaf]) => leaf.seen > 0)
  // All reads begin before the first is waited for: a training step in between disposes the state.
  return Promise.all(seen.map(async ([path, leaf]) => ({ observer, path, count, ...(await read(leaf)) })))
}

/** The values of a tensor, as numbers of JavaScript. */
export async function numbers(tensor: Tensor): Promise<readonly number[]> {
  return Array.from(await tensor.data<'float32'>())
}

/** The value of a scalar. */
export async function number(tensor: Tensor): Promise<number> {
  return (await numbers(tensor))[0] ?? Number.NaN
}
