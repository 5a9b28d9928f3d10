import { mul, tensor } from '@tensorflow/tfjs-core'
import type { Layer } from './layer.ts'
import { ModelError } from './model-error.ts'

/**
 * Dropout (Srivastava et al. 2014) in its inverted form: while training, each number is 0 with probability `rate` and
 * otherwise divided by `1 - rate`, so that its mean stays; the identity when not.
 *
 * The mask is drawn by `createRandom` and so is the same on every backend. Number i is dropped where the i-th draw is
 * below `rate`.
 */
export function dropout(rate: number): Layer {
  return {
    kind: `dropout ${rate}`,
    describe: (input) => ({ output: input }),
    apply: (x, { training, random }) => {
      if (!training) return x
      const { uniform } = random()
      const kept = Math.fround(1 / (1 - rate))
      const mask = Float32Array.from({ length: x.size }, () => (uniform() < rate ? 0 : kept))
      return mul(x, tensor(mask, x.shape))
    },
  }
}

/** Refuses a rate that is no probability, or at which nothing would be left. */
export function checkRate(name: string, rate: number): void {
  if (rate >= 0 && rate < 1) return
  throw new ModelError('INVALID_ARGUMENT', `${name}: \`dropout\` must be a number from 0 to below 1, got ${rate}.`)
}
