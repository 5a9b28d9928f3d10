import {
  abs,
  cast,
  greaterEqual,
  mean,
  min,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tensor4D,
  topk,
  transpose,
} from '@tensorflow/tfjs-core'

/** 1 where a response `[batch, height, width, sets]` reaches the threshold of its sample and set, 0 elsewhere. */
export function thresholdMask(response: Tensor4D, [kind, value]: readonly [string, number]): Tensor4D {
  const size = abs(response)
  // The sign of a difference and not a comparison: one that broadcasts takes 25 times as long on WASM.
  return cast(greaterEqual(sub(size, limitOf(kind, value, response, size)), 0), 'float32')
}

function limitOf(kind: string, value: number, response: Tensor4D, size: Tensor4D): Tensor | number {
  if (kind === 'std') return mul(deviation(response), value)
  return kind === 'keep' ? smallestKept(size, value) : value
}

/** The standard deviation over the positions, `[batch, 1, 1, sets]`. */
function deviation(response: Tensor4D): Tensor {
  return sqrt(mean(square(sub(response, mean(response, [1, 2], true))), [1, 2], true))
}

/** The smallest of the responses that are to be kept, `[batch, 1, 1, sets]`. */
function smallestKept(size: Tensor4D, fraction: number): Tensor {
  const [batch, height, width, sets] = size.shape
  const positions = height * width
  const kept = keptPositions(positions, fraction)
  const rows = transpose(reshape(size, [batch, positions, sets]), [0, 2, 1])
  // Not a slice of the last: on WASM that copies by way of JavaScript.
  return reshape(min(topk(rows, kept).values, -1), [batch, 1, 1, sets])
}

/** How many positions are a fraction of all: at least one. */
export function keptPositions(positions: number, fraction: number): number {
  return Math.max(1, Math.round(fraction * positions))
}
