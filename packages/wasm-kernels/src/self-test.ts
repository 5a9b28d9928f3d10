import { conv2d, matMul, randomUniform, slice, type Tensor4D, tidy } from '@tensorflow/tfjs-core'

/** Sums of this many products, in both orders, differ by less. */
const TOLERANCE = 1e-5

/**
 * Runs a convolution and a product of matrices on the engine in use; given what another build answered, tells
 * whether both agree.
 */
export function selfTest(expected: readonly Float32Array[]): boolean
export function selfTest(): readonly Float32Array[]
export function selfTest(expected?: readonly Float32Array[]): boolean | readonly Float32Array[] {
  const answers = tidy(() => {
    const image = randomUniform([2, 9, 11, 19], -1, 1, 'float32', 1) as Tensor4D
    const filter = randomUniform([3, 3, 19, 37], -1, 1, 'float32', 2) as Tensor4D
    const a = randomUniform([67, 53], -1, 1, 'float32', 3)
    const b = slice(randomUniform([53, 41], -1, 1, 'float32', 4), 0)
    return [conv2d(image, filter, 1, 'same'), conv2d(image, filter, 2, 'valid'), matMul(a, b)].map(
      (result) => result.dataSync() as Float32Array,
    )
  })
  if (expected === undefined) return answers
  return answers.every((answer, i) =>
    answer.every((value, j) => Math.abs(value - (expected[i]?.[j] ?? Number.NaN)) <= TOLERANCE * (1 + Math.abs(value))),
  )
}
