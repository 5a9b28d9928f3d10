import type { TrainConfigInput } from './train-config.ts'

/**
 * The settings of a `gg.config.ts`, with types: returns its argument.
 *
 * @param config - Settings; what is left out has its default, and flags of the command go before them.
 *
 * @example
 * ```ts
 * import { defineConfig } from '@gg/trainer'
 *
 * const config = defineConfig({ model: 'resnet8', at: { 'conv1/output': 'gate' }, optimizer: 'clipByGlobalNorm(1)+adamw' })
 * console.log(config.model) // → resnet8
 * ```
 */
export function defineConfig(config: TrainConfigInput): TrainConfigInput {
  return config
}
