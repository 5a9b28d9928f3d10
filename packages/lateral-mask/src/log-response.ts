import {
  abs,
  conv2d,
  depthwiseConv2d,
  greaterEqual,
  max,
  mirrorPad,
  mul,
  sub,
  type Tensor4D,
  tensor4d,
} from '@tensorflow/tfjs-core'

/** A kernel and what surrounds the map: see `LateralMaskOptions`. */
export interface LogFilter {
  readonly weights: Float32Array
  readonly size: number
  readonly padding: 'reflect' | 'zero'
}

/** The LoG of each set's map, `[batch, height, width, sets]`. */
export function logResponse(norms: Tensor4D, { weights, size, padding }: LogFilter): Tensor4D {
  const [, height, width, sets] = norms.shape
  const radius = (size - 1) / 2
  // A mirror shows a map without its rim, so it must be larger than what is taken from it.
  const reflect = padding === 'reflect' && Math.min(height, width) > radius
  const around: [number, number] = [radius, radius]
  const padded: Tensor4D = reflect ? mirrorPad(norms, [[0, 0], around, around, [0, 0]], 'reflect') : norms
  const kernel = tensor4d(repeated(weights, sets), [size, size, sets, 1])
  const pad = reflect ? 'valid' : 'same'
  // On one channel a plain convolution is the faster of the two.
  const response = (sets === 1 ? conv2d : depthwiseConv2d)(padded, kernel, 1, pad)
  return withoutRounding(response, norms, weights)
}

/**
 * Responses that are nothing but rounding as 0. On a flat map, such as the gradient that global average pooling hands
 * down, all of them are, and a threshold relative to them would cut a random mask out of noise.
 */
function withoutRounding(response: Tensor4D, norms: Tensor4D, weights: Float32Array): Tensor4D {
  const gain = weights.reduce((total, weight) => total + Math.abs(weight), 0)
  // Sums of some ten float32 products are off by less than 1e-6 of the largest sum that there could be.
  const rounding = mul(max(norms, [1, 2], true), 1e-6 * gain)
  // Not greaterEqual(response, rounding): comparisons that broadcast take 25 times as long on WASM.
  return mul(response, greaterEqual(sub(abs(response), rounding), 0))
}

/** The same kernel for each set. */
function repeated(weights: Float32Array, sets: number): Float32Array {
  return Float32Array.from({ length: weights.length * sets }, (_, i) => weights[Math.floor(i / sets)] ?? 0)
}
