import { disposeTree, loadState } from '@gg/core'
import type { SettingLabel, TrainConfig } from '../config/train-config.ts'
import type { TrainingCheckpoint } from './checkpoint.ts'
import { evaluate } from './evaluate.ts'
import { stateOf } from './learner.ts'
import type { Weights } from './part-gradient.ts'
import { prepareRun } from './prepare.ts'

/** How good a checkpoint is on the test images. */
export interface CheckpointEvaluation {
  readonly epoch: number
  readonly step: number
  readonly loss: number
  readonly accuracy: number
  readonly images: number
  /** In the order of the labels; the accuracy of a class without images is `null`. */
  readonly classes: readonly { readonly name: string; readonly images: number; readonly accuracy: number | null }[]
  /** How many images of the class of a row were taken for the class of a column. */
  readonly confusion: readonly (readonly number[])[]
}

/**
 * Tests the weights of a checkpoint, or their averages where the run has them.
 *
 * Memory: nothing is left.
 *
 * @throws TrainingError what `train` throws before it begins; `CHECKPOINT_DAMAGED` for a checkpoint of other settings.
 */
export async function evaluateCheckpoint(
  config: TrainConfig,
  { states, position }: TrainingCheckpoint,
  label: SettingLabel,
): Promise<CheckpointEvaluation> {
  const { model, data, normalization } = await prepareRun(config, label, false)
  const fresh: Weights = { params: model.init(config.seed), stats: model.initStats() }
  let weights: Weights | undefined
  try {
    weights =
      states['ema'] === undefined
        ? {
            params: loadState(stateOf(states, 'params'), fresh.params),
            stats: loadState(stateOf(states, 'stats'), fresh.stats),
          }
        : loadState(stateOf(states, 'ema'), fresh)
    const tested = await evaluate(model, weights, data.test, { normalization, batchSize: config.evalBatchSize })
    if (tested === undefined) throw new RangeError('An evaluation without a signal comes to its end.')
    const { loss, accuracy, confusion } = tested
    const classes = data.test.classNames.map((name, i) => {
      const row = confusion[i] ?? []
      const images = row.reduce((sum, n) => sum + n, 0)
      return { name, images, accuracy: images === 0 ? null : (row[i] ?? 0) / images }
    })
    const { epochs, step } = position
    return { epoch: epochs, step, loss, accuracy, images: data.test.size, classes, confusion }
  } finally {
    disposeTree([fresh.params, fresh.stats])
    if (weights !== undefined) disposeTree([weights.params, weights.stats])
  }
}
