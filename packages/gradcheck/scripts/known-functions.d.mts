import type { Tensor } from '@tensorflow/tfjs-core'

type Inputs = { readonly [name: string]: Tensor }

/** A function and the inputs at which it is looked at. */
export interface KnownFunction {
  readonly inputs: () => Inputs
  readonly f: (inputs: Inputs) => Tensor
}

export declare const knownGradients: readonly (KnownFunction & { readonly name: string })[]
export declare const product: KnownFunction
export declare const neuron: KnownFunction
export declare const staged: KnownFunction
export declare function numbers(shape: readonly number[], seed: number, scale?: number, shift?: number): Tensor
