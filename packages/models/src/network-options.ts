import type { Activation } from './activation.ts'
import type { BatchNormOptions } from './batch-norm.ts'
import type { Initializer } from './initializer.ts'

/** What all models have in common. */
export interface NetworkOptions<B extends boolean = boolean> {
  /**
   * After each layer but the last; `'relu'` by default. A function stands for itself: `accelerate('relu')` of
   * `@gg/gaaf`, say.
   */
  readonly activation?: Activation
  /**
   * Of all kernels but the logits': `glorotUniform` by default for tanh and sigmoid, `heNormal` for all else. The
   * logits' kernel, which no activation follows, starts with `glorotUniform` in any case, biases with zero.
   */
  readonly initializer?: Initializer
  /**
   * Batch norm between each layer but the last and its activation. A model with batch norm takes and returns running
   * statistics, so its type is `ModelWithStats`; its layers have no bias.
   */
  readonly batchNorm?: B
  /** Momentum and eps of the batch norms. */
  readonly normalization?: BatchNormOptions
}
