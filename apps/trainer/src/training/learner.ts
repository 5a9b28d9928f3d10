import {
  createOptimizer,
  disposeTree,
  type GradientTransformation,
  incrementalUpdate,
  loadState,
  type Optimizer,
  type SavedState,
  saveState,
  type Tree,
  treeMap,
} from '@gg/core'
import type { ImageBatch } from '@gg/data'
import type { BatchStats, ModelWithStats } from '@gg/models'
import { clone } from '@tensorflow/tfjs-core'
import { TrainingError } from '../training-error.ts'
import type { SavedStates } from './checkpoint.ts'
import type { GradientSource } from './gradient-source.ts'
import type { Weights } from './part-gradient.ts'

/** How a learner starts, and how it learns. */
export interface LearnerOptions {
  readonly model: ModelWithStats
  /** Chooses the first weights. */
  readonly seed: number
  /** What makes updates of the gradients of weights. */
  readonly rule: GradientTransformation
  /** Makes what computes gradients, for weights like these. */
  readonly source: (like: Weights) => GradientSource
  /** The part of the average of weights that a step leaves; `null` for no average. */
  readonly ema: number | null
}

/** The owner of all that a training step changes. */
export interface Learner {
  readonly optimizer: Optimizer<Tree>
  /** Weights and statistics now; they belong to the learner. */
  readonly weights: Weights
  /** Weights and statistics to evaluate with, the averages if there are any; they belong to the learner. */
  readonly evaluated: Weights
  /**
   * One update from one batch; returns the loss before it. Where the loss is not finite nothing is updated.
   *
   * @param step - The steps before this one.
   */
  learn(batch: ImageBatch, step: number): Promise<number>
  /** A copy of everything. */
  save(): Promise<SavedStates>
  /** Continues from a copy. */
  restore(states: SavedStates): Promise<void>
  dispose(): void
}

/** Weights from a seed, and the steps that change them. Memory: owns all that it makes, and `source`, until `dispose()`. */
export function createLearner({ model, seed, rule, source: createSource, ema }: LearnerOptions): Learner {
  const optimizer = optimizerFor(rule, model.init(seed))
  let stats = model.initStats()
  const source = sourceFor({ params: optimizer.params, stats }, createSource)
  let average: Weights | undefined = ema === null ? undefined : copyOf({ params: optimizer.params, stats })

  const follow = (step: number): void => {
    if (average === undefined || ema === null) return
    // At the start an average over many steps would be of the first weights, so it is of fewer: (1 + n) / (10 + n).
    const part = 1 - Math.min(ema, (1 + step) / (10 + step))
    const before = average
    average = {
      params: incrementalUpdate(optimizer.params, before.params, part),
      stats: incrementalUpdate(stats, before.stats, part),
    }
    disposeTree([before.params, before.stats])
  }
  return {
    optimizer,
    get weights() {
      return { params: optimizer.params, stats }
    },
    get evaluated() {
      return average ?? { params: optimizer.params, stats }
    },
    async learn(batch, step) {
      const { loss, grads, stats: next } = await source.gradient({ params: optimizer.params, stats }, batch, step)
      try {
        if (Number.isFinite(loss)) optimizer.step(grads, { value: loss })
      } catch (error) {
        disposeTree(next)
        throw error
      } finally {
        disposeTree(grads)
      }
      if (!Number.isFinite(loss)) {
        disposeTree(next)
        return loss
      }
      disposeTree(stats)
      stats = next
      follow(step)
      return loss
    },
    async save() {
      // All copies are begun before any of them waits, so that they are of one and the same step.
      const [saved, savedStats, sites, savedAverage] = await Promise.all([
        optimizer.save(),
        saveState(stats),
        source.save(),
        average === undefined ? undefined : saveState(average),
      ])
      return {
        params: saved.params,
        optimizer: saved.state,
        stats: savedStats,
        ...(savedAverage !== undefined && { ema: savedAverage }),
        ...sites,
      }
    },
    async restore(states) {
      optimizer.restore({ params: stateOf(states, 'params'), state: stateOf(states, 'optimizer') })
      const before = stats
      stats = loadState(stateOf(states, 'stats'), before)
      disposeTree(before)
      if (average !== undefined) {
        const old = average
        average = loadState(stateOf(states, 'ema'), old)
        disposeTree([old.params, old.stats])
      }
      await source.restore(states)
    },
    dispose() {
      optimizer.dispose()
      disposeTree(stats)
      if (average !== undefined) disposeTree([average.params, average.stats])
      source.dispose()
    },
  }
}

/** An optimizer, or none of the parameters. */
function optimizerFor(rule: GradientTransformation, params: Tree): Optimizer<Tree> {
  try {
    return createOptimizer(rule, params)
  } catch (error) {
    disposeTree(params)
    throw error
  }
}

/** A source, or none of the weights. */
function sourceFor(weights: Weights, create: LearnerOptions['source']): GradientSource {
  try {
    return create(weights)
  } catch (error) {
    disposeTree([weights.params, weights.stats])
    throw error
  }
}

function copyOf({ params, stats }: Weights): Weights {
  const copy = <T extends Tree>(tree: T): T => treeMap((leaf) => clone(leaf), tree)
  return { params: copy(params), stats: copy<BatchStats>(stats) }
}

/** One of the states of a copy. */
export function stateOf(states: SavedStates, name: string): SavedState {
  const state = states[name]
  if (state !== undefined) return state
  throw new TrainingError(
    'CHECKPOINT_DAMAGED',
    `A checkpoint must hold '${name}', got ${Object.keys(states).join(', ')}.`,
  )
}
