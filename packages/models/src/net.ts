import type { Layer } from './layer.ts'

/**
 * The steps of a network, of whatever goes through it: shapes when the model is made, tensors when it is applied. A
 * model is written once, as a function of this, and its sites, parameters, counts and outputs all follow from there.
 */
export interface Net<X> {
  readonly input: X
  /** One layer. Its parameters are at `path`, its site is `path` and the layer's own last part. */
  layer(path: string, layer: Layer, x: X): X
  /** The sum of two branches, with a site at `path/sum`. */
  sum(path: string, x: X, y: X): X
}

/** A network: what becomes of the input. It takes the same steps at each call. */
export type Build = <X>(net: Net<X>) => X
