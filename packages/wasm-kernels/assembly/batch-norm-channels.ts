// What batch norm shares forward and backward.

import { double, float } from './job'

/**
 * Rows that are added up in float32 before the sum goes into one of float64. Few where rows are long: those of one channel
 * would else take one another's place in the cache.
 */
export function runOf(channels: i32): i32 {
  return channels < 256 ? 32 : 8
}

/** The sum over the blocks of one number of a block. */
export function overBlocks(sums: usize, place: i32, blocks: i32, width: i32): f64 {
  let sum: f64 = 0
  for (let block = 0; block < blocks; block++) sum += load<f64>(double(sums, 2 * block * width + place))
  return sum
}

// biome-ignore lint/complexity/noStaticOnlyClass: a method can ask asc to inline it, a function cannot.
export abstract class Channels {
  /** The slope γ/√(σ² + eps) of each channel; `variance` and `scale` are arrays of them. */
  static slopes(to: usize, variance: usize, scale: usize, channels: i32, eps: f32): void {
    for (let c = 0; c < channels; c++) {
      const inverse = 1 / sqrt(<f64>load<f32>(float(variance, c)) + <f64>eps)
      store<f32>(float(to, c), <f32>(inverse * <f64>load<f32>(float(scale, c))))
    }
  }

  /** What is in front of the ReLU; backward the same bits as forward. */
  @inline
  static line(centred: v128, slope: v128, offset: v128): v128 {
    return f32x4.add(f32x4.mul(centred, slope), offset)
  }

  /** Rows that stay in the first-level cache while all their channels are gone through. */
  @inline
  static rowsAtATime(channels: i32): i32 {
    return max(8, 2048 / channels)
  }
}
