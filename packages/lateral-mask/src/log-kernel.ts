import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core'
import { invalid } from './mask-options.ts'

/** Options of `logKernel`. */
export interface LogKernelOptions {
  /** σ of the Gaussian in positions, above 0; 1 by default. The source gives none. */
  readonly sigma?: number
  /** Rows and columns, an odd whole number of 3 or more; the smallest odd one of at least `6σ + 1` by default. */
  readonly kernelSize?: number
  /**
   * Subtract the mean, so that the entries sum to 0 and a flat map answers 0; `true` by default, and ours. Without it
   * a small kernel has no surround: equation 1 cut to 5×5 at σ = 1 sums to 47 % of its centre.
   */
  readonly zeroSum?: boolean
}

/**
 * The Laplacian of a Gaussian, negative in the centre and positive around it: the receptive field of a cell that its
 * neighbours inhibit.
 *
 *     LoG(i, j) = -1/(πσ⁴) · [1 - (i² + j²)/(2σ²)] · exp(-(i² + j²)/(2σ²))         (Jiang et al. 2022, equation 1)
 *
 * Shapes: `[kernelSize, kernelSize]`, float32. Memory: the result is new. Deviation: see `zeroSum`.
 *
 * @param options - σ, size and whether the mean is taken out.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an option out of its range.
 *
 * @example
 * ```ts
 * import { logKernel } from '@gg/lateral-mask'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const cut = logKernel({ kernelSize: 5, zeroSum: false })
 * console.log(cut.arraySync()[2]?.map((n) => n.toFixed(4)).join(' ')) // → 0.0431 -0.0965 -0.3183 -0.0965 0.0431
 * console.log(tf.sum(cut).arraySync().toFixed(3), logKernel().shape) // → -0.149 [ 7, 7 ]
 * ```
 */
export function logKernel(options: LogKernelOptions = {}): Tensor2D {
  const { weights, size } = logWeights('logKernel', options)
  return tensor2d(weights, [size, size])
}

/** The numbers of the kernel, row by row. They are few, so each caller makes its own tensor of them. */
export function logWeights(
  name: string,
  { sigma = 1, kernelSize, zeroSum = true }: LogKernelOptions,
): { readonly weights: Float32Array; readonly size: number } {
  if (!(sigma > 0 && sigma < Number.POSITIVE_INFINITY)) throw invalid(name, 'sigma', 'a finite number above 0', sigma)
  const size = kernelSize ?? smallestOddFrom(6 * sigma + 1)
  if (!(Number.isInteger(size) && size >= 3 && size % 2 === 1)) {
    throw invalid(name, 'kernelSize', 'an odd whole number of 3 or more', size)
  }
  const radius = (size - 1) / 2
  const raw = Array.from({ length: size * size }, (_, n) => {
    const [i, j] = [Math.floor(n / size) - radius, (n % size) - radius]
    const r = (i * i + j * j) / (2 * sigma * sigma)
    return (-1 / (Math.PI * sigma ** 4)) * (1 - r) * Math.exp(-r)
  })
  const mean = zeroSum ? raw.reduce((a, b) => a + b) / raw.length : 0
  return { weights: Float32Array.from(raw, (weight) => weight - mean), size }
}

function smallestOddFrom(size: number): number {
  const whole = Math.ceil(size)
  return whole % 2 === 1 ? whole : whole + 1
}
