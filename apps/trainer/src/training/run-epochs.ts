import type { Schedule } from '@gg/core'
import { type Augmentation, batches, type ChannelStatistics, type ImageBatch, prefetch } from '@gg/data'
import type { ModelWithStats } from '@gg/models'
import type { TrainConfig } from '../config/train-config.ts'
import type { TrainTestData } from '../names/datasets.ts'
import type { TrainingCheckpoint } from './checkpoint.ts'
import { diverged } from './diverged.ts'
import { evaluate } from './evaluate.ts'
import type { Learner } from './learner.ts'
import { createLossMeter } from './loss-meter.ts'
import type { EpochMetrics, StepMetrics } from './metrics.ts'
import { nextTurn } from './next-turn.ts'
import { withinMemory } from './out-of-memory.ts'
import { type Position, START } from './position.ts'
import { skipping } from './skipping.ts'

/** How many step lines there are in an epoch, at most. */
const LINES_PER_EPOCH = 50

/** What came of a run. */
export interface RunOutcome {
  readonly status: 'completed' | 'stopped'
  /** Why it was completed before its last step. */
  readonly message?: string
}

/** Takes a checkpoint; `best` if its accuracy is the highest so far. */
export type OnCheckpoint = (checkpoint: TrainingCheckpoint, best: boolean) => void | Promise<void>

/** What epochs need. */
export interface Run {
  readonly config: TrainConfig
  readonly data: TrainTestData
  readonly normalization: ChannelStatistics
  readonly model: ModelWithStats
  readonly learner: Learner
  readonly augment: Augmentation | undefined
  readonly learningRate: Schedule | undefined
  readonly steps: number
  readonly stepsPerEpoch: number
  /** Where it begins. */
  readonly position: Position
  readonly report: (event: StepMetrics | EpochMetrics) => void
  readonly checkpoint: OnCheckpoint | undefined
  /** Looks at the weights after an epoch. */
  readonly observe: ((epoch: number, step: number) => Promise<void>) | undefined
  /** The error of a loss that is not finite. */
  readonly explain: (loss: number, batch: ImageBatch, step: number, epoch: number) => Promise<Error>
  readonly signal: AbortSignal | undefined
}

const SMALLER_STEP = 'Compute it in parts (--accumulate 4) or take fewer images (--batch-size).'
const SMALLER_TEST = 'Test fewer images at a time (--eval-batch-size).'

/** All epochs that are left, each with a test at its end. */
export async function runEpochs(run: Run): Promise<RunOutcome> {
  const { config, data, model, learner, learningRate, normalization, signal, steps, stepsPerEpoch } = run
  const started = performance.now()
  const secondsNow = (): number => run.position.seconds + (performance.now() - started) / 1000
  const save = async (position: Position, best = false): Promise<void> => {
    await run.checkpoint?.({ states: await learner.save(), position: { ...position, seconds: secondsNow() } }, best)
  }
  let { position } = run
  if (position.step === 0) await save(position)
  while (position.step < steps || position.batches > 0) {
    if (position.batches === 0 && epochsWithoutBest(position) >= (config.patience ?? Number.POSITIVE_INFINITY)) {
      const message = `The ${data.validation ? 'validation' : 'test'} accuracy has not risen for ${config.patience} epochs.`
      return { status: 'completed', message }
    }
    const epoch = position.epochs + 1
    const epochStart = performance.now()
    const first = position.step
    const { position: reached, complete } = await runEpoch(run, position, save)
    const seconds = (performance.now() - epochStart) / 1000
    position = reached
    const testing = { normalization, batchSize: config.evalBatchSize, signal }
    const tested = complete
      ? await withinMemory(`a test of ${config.evalBatchSize} images at a time`, SMALLER_TEST, () =>
          evaluate(model, learner.evaluated, data.validation ?? data.test, testing),
        )
      : undefined
    if (tested === undefined) {
      await save(position)
      return { status: 'stopped' }
    }
    if (!Number.isFinite(tested.loss))
      throw diverged(`the ${data.validation ? 'validation' : 'test'} loss is ${tested.loss} after epoch ${epoch}`)
    const { best } = position
    const isBest = best === null || tested.accuracy > best.testAccuracy
    const { step, meter } = position
    run.report({
      kind: 'epoch',
      epoch,
      step,
      trainLoss: createLossMeter(meter).mean(),
      ...(data.validation
        ? { validationLoss: tested.loss, validationAccuracy: tested.accuracy }
        : { testLoss: tested.loss, testAccuracy: tested.accuracy }),
      learningRate: learningRate?.(step - 1) ?? null,
      imagesPerSecond: imagesIn(first, step, config.batchSize, stepsPerEpoch, data.train.size) / seconds,
      seconds: secondsNow(),
    })
    // Before the checkpoint: a run that goes on from there has these lines already.
    await run.observe?.(epoch, step)
    const cut = step < epoch * stepsPerEpoch ? position.batches : 0
    position = {
      ...position,
      epochs: epoch,
      batches: 0,
      cut,
      // Kept where the epoch is not whole: the run may go on with more steps.
      meter: cut > 0 ? meter : START.meter,
      best: isBest ? { epoch, testAccuracy: tested.accuracy } : best,
    }
    await save(position, isBest)
  }
  return { status: 'completed' }
}

function epochsWithoutBest({ epochs, best }: Position): number {
  return epochs - (best?.epoch ?? 0)
}

/** What is left of an epoch; not `complete` if the signal ended it. */
async function runEpoch(
  run: Run,
  from: Position,
  save: (position: Position) => Promise<void>,
): Promise<{ readonly position: Position; readonly complete: boolean }> {
  const { config, data, learner, learningRate, augment, signal, steps, stepsPerEpoch } = run
  const { batchSize, seed, checkpointEvery } = config
  const epoch = from.epochs + 1
  const before = from.epochs * stepsPerEpoch
  const length = Math.min(stepsPerEpoch, steps - before)
  const interval = Math.ceil(stepsPerEpoch / LINES_PER_EPOCH)
  const meter = createLossMeter(from.meter)
  let done = from.batches
  const now = (): Position => ({ ...from, batches: done, step: before + done, meter: meter.state })
  const reportStep = (): void => {
    const step = before + done
    const rate = learningRate?.(step - 1) ?? null
    run.report({ kind: 'step', epoch: step / stepsPerEpoch, step, trainLoss: meter.read(), learningRate: rate })
  }
  if (done === length) return { position: now(), complete: true }
  const options = { batchSize, seed, epoch: epoch - 1, ...(augment && { augment }) }
  const images = skipping(data.train, done * batchSize)
  const epochBatches = 'read' in images ? batches(images, options) : batches(images, options)
  let index = 0
  for await (const batch of prefetch<ImageBatch>(epochBatches)) {
    index++
    if (index <= from.batches) continue
    if (signal?.aborted) return { position: now(), complete: false }
    const step = before + done
    const loss = await withinMemory(`a step of ${batch.size} images`, SMALLER_STEP, () => learner.learn(batch, step))
    if (!Number.isFinite(loss)) throw await run.explain(loss, batch, step, epoch)
    meter.add(loss, batch.size)
    done++
    if (done % interval === 0 || done === length) reportStep()
    if (done === length) break
    if (checkpointEvery !== null && (before + done) % checkpointEvery === 0) await save(now())
    await nextTurn()
  }
  return { position: now(), complete: true }
}

/** The images of the steps from `first` to `last`, of which the last one of an epoch may have fewer. */
function imagesIn(first: number, last: number, batchSize: number, stepsPerEpoch: number, size: number): number {
  const upTo = (step: number): number => {
    const epochs = Math.floor(step / stepsPerEpoch)
    return epochs * size + (step - epochs * stepsPerEpoch) * batchSize
  }
  return upTo(last) - upTo(first)
}
