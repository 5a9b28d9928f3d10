import type { Scalar, Tensor } from '@tensorflow/tfjs-core'

type Layer = { readonly kernel: Tensor; readonly bias: Tensor }
type Params = { readonly [layer in 'conv1' | 'conv2' | 'dense1' | 'dense2' | 'logits']: Layer }

export declare function lenetParams(): Params
export declare function lenetLoss(params: Params): Scalar
