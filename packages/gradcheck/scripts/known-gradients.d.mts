import type { Tensor } from '@tensorflow/tfjs-core'

/** A function and the inputs at which its gradient is checked. */
export interface KnownGradient {
  readonly name: string
  readonly inputs: () => { readonly [name: string]: Tensor }
  readonly f: (inputs: { readonly [name: string]: Tensor }) => Tensor
}

export declare const knownGradients: readonly KnownGradient[]
export declare function numbers(shape: readonly number[], seed: number, scale?: number, shift?: number): Tensor
