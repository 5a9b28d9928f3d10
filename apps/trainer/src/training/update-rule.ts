import type { GradientTransformation, Schedule } from '@gg/core'
import { constantSchedule } from '@gg/optim'
import type { SettingLabel, TrainConfig } from '../config/train-config.ts'
import { chainOf } from '../expressions/chain-of.ts'
import { type ExpressionContext, evaluateExpression } from '../expressions/evaluate-expression.ts'
import { createSchedule } from '../names/schedules.ts'
import { TrainingError } from '../training-error.ts'

/** Learning rates at which these train the networks and data sets here; of others none is known. */
const USUAL_LEARNING_RATES: ReadonlyMap<string, number> = new Map([
  ['adam', 0.004],
  ['adamw', 0.004],
  ['sgd', 0.02],
])

/** What the settings make of gradients, and the learning rate that it follows. */
export interface UpdateRule {
  readonly rule: GradientTransformation
  /** Nothing where no part of the chain says what its learning rate is. */
  readonly learningRate: Schedule | undefined
  /** The settings as they came to be. */
  readonly settings: Pick<TrainConfig, 'learningRate' | 'schedule'>
}

/**
 * The chain of the setting `optimizer`. A part that is written without a learning rate gets that of `learningRate` and
 * `schedule`; one that is written with a number or a schedule follows that.
 *
 * @throws TrainingError `INVALID_CONFIG` for an expression that is not understood, an optimizer without a usual learning
 *   rate where none is given, and a learning rate that nothing follows.
 */
export function createUpdateRule(
  config: TrainConfig,
  steps: number,
  label: SettingLabel,
  context: Omit<ExpressionContext, 'learningRate'>,
): UpdateRule {
  const { optimizer, schedule, warmup } = config
  const source = { label: label('optimizer'), text: optimizer, offset: 0 }
  let settings: UpdateRule['settings'] = { learningRate: null, schedule: null }
  let learningRate: Schedule | undefined
  const fill = (name: string, given: unknown, required: boolean): unknown => {
    const peak = config.learningRate ?? (required ? USUAL_LEARNING_RATES.get(name) : undefined)
    if (given === undefined && peak === undefined) {
      if (!required) return undefined
      throw new TrainingError(
        'INVALID_CONFIG',
        `${label('learningRate')} is needed for ${name}: only ${[...USUAL_LEARNING_RATES.keys()].join(', ')} have a usual one.`,
      )
    }
    if (given === undefined && peak !== undefined) {
      settings = { learningRate: peak, schedule: schedule ?? 'warmup-cosine' }
      learningRate = createSchedule(settings.schedule ?? 'warmup-cosine', peak, steps, warmup)
      return learningRate
    }
    if (typeof given === 'number') learningRate = constantSchedule(given)
    if (typeof given === 'function') learningRate = given as Schedule
    return given
  }
  const rule = chainOf(evaluateExpression(source, { ...context, learningRate: fill }), source)
  const idle = (['learningRate', 'schedule', 'warmup'] as const).find((setting) => config[setting] !== null)
  if (settings.learningRate === null && idle !== undefined) {
    throw new TrainingError(
      'INVALID_CONFIG',
      `${label(idle)} has no effect: no part of '${optimizer}' is written without its learning rate. Leave one of them out.`,
    )
  }
  return { rule, learningRate, settings }
}
