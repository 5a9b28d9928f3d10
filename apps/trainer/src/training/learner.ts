import { createOptimizer, disposeTree, type GradientTransformation, type Optimizer, type Tree } from '@gg/core'
import type { ImageBatch } from '@gg/data'
import type { BatchStats, ModelWithStats } from '@gg/models'
import type { GradientSource } from './gradient-source.ts'
import type { Weights } from './part-gradient.ts'

/** How a learner starts, and how it learns. */
export interface LearnerOptions {
  readonly model: ModelWithStats
  /** Chooses the first weights. */
  readonly seed: number
  /** What makes updates of the gradients of weights. */
  readonly rule: GradientTransformation
  readonly source: GradientSource
}

/** The owner of all that a training step changes but the states of sites. */
export interface Learner {
  readonly optimizer: Optimizer<Tree>
  /** Running statistics; they belong to the learner. */
  readonly stats: BatchStats
  /** Weights and statistics to evaluate with; they belong to the learner. */
  readonly evaluated: Weights
  /**
   * One update from one batch; returns the loss before it.
   *
   * @param step - The steps before this one.
   */
  learn(batch: ImageBatch, step: number): Promise<number>
  dispose(): void
}

/** Weights from a seed, and the steps that change them. Memory: owns weights, statistics and states until `dispose()`. */
export function createLearner({ model, seed, rule, source }: LearnerOptions): Learner {
  const optimizer = createOptimizer(rule, model.init(seed))
  let stats = model.initStats()
  return {
    optimizer,
    get stats() {
      return stats
    },
    get evaluated() {
      return { params: optimizer.params, stats }
    },
    async learn(batch, step) {
      const { loss, grads, stats: next } = await source.gradient({ params: optimizer.params, stats }, batch, step)
      try {
        optimizer.step(grads, { value: loss })
      } catch (error) {
        disposeTree(next)
        throw error
      } finally {
        disposeTree(grads)
      }
      disposeTree(stats)
      stats = next
      return loss
    },
    dispose() {
      optimizer.dispose()
      disposeTree(stats)
    },
  }
}
