import { createSites, ModelError, type ModelWithStats, type Sites } from '@gg/models'
import type { TrainConfig } from '../config/train-config.ts'
import { GRADIENTS } from '../names/gradients.ts'
import { TrainingError } from '../training-error.ts'

/**
 * The sites at which the settings want gradients to be shaped; nothing for the gradient `none`.
 *
 * @throws TrainingError `INVALID_CONFIG` for a pattern that matches no site of the model.
 */
export function placeSites(config: TrainConfig, model: ModelWithStats): Sites | undefined {
  const { gradient, sites } = config
  const shaping = GRADIENTS[gradient].create?.(config)
  if (shaping === undefined || sites === null) return undefined
  try {
    return createSites(model.sites, { [sites]: shaping })
  } catch (cause) {
    if (!(cause instanceof ModelError && cause.code === 'UNKNOWN_SITE')) throw cause
    throw new TrainingError(
      'INVALID_CONFIG',
      `The pattern '${sites}' matches none of the sites of ${model.name}: ${model.sites.join(', ')}.`,
      { cause },
    )
  }
}
