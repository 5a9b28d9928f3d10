import { disposeTree, type Tree, treeMap } from '@gg/core'
import type { ImageBatch } from '@gg/data'
import type { BatchStats } from '@gg/models'
import { add, mul } from '@tensorflow/tfjs-core'
import type { SavedStates } from './checkpoint.ts'
import { type GradientProblem, partGradient, type Weights } from './part-gradient.ts'
import { type BatchPart, partsOfBatch } from './parts-of-batch.ts'

/** Loss and gradients of a batch. All tensors are the caller's. */
export interface BatchGradient {
  readonly loss: number
  readonly grads: Tree
  /** The running statistics after the batch. */
  readonly stats: BatchStats
}

/** Computes gradients of batches. */
export interface GradientSource {
  /**
   * @param weights - Where the gradient is taken; borrowed.
   * @param batch - The images.
   * @param step - The steps before this one.
   */
  gradient(weights: Weights, batch: ImageBatch, step: number): Promise<BatchGradient>
  /** A copy of the states of sites, by `sites/<name>`. */
  save(): Promise<SavedStates>
  /** Continues from a copy; states that are not of sites are passed over. */
  restore(states: SavedStates): Promise<void>
  /** Disposes the states of sites. */
  dispose(): void
}

/** What the names of the states of sites begin with. */
const SITES = 'sites/'

/**
 * Computes gradients in this thread, a batch in `parts` pieces one after the other, so that no more than a piece has to
 * fit into memory. Losses and gradients add up to those of the whole batch; batch norm normalizes each piece by its own
 * statistics, and the running ones become the mean of what the pieces make of them.
 */
export function localGradients(problem: GradientProblem, seed: number, parts: number): GradientSource {
  return {
    async gradient(weights, batch, step) {
      const pieces = partsOfBatch(batch, parts)
      const sum = await sumOverParts(problem, weights, pieces, batch.size, (part) => dropoutSeed(seed, step, part))
      return { ...sum, stats: meanOf(sum.stats, pieces.length) }
    },
    async save() {
      const saved = (await problem.sites?.save()) ?? {}
      return Object.fromEntries(Object.entries(saved).map(([name, state]) => [`${SITES}${name}`, state]))
    },
    async restore(states) {
      const ofSites = Object.entries(states).filter(([name]) => name.startsWith(SITES))
      problem.sites?.restore(Object.fromEntries(ofSites.map(([name, state]) => [name.slice(SITES.length), state])))
    },
    dispose() {
      problem.sites?.dispose()
    },
  }
}

/**
 * The sum over some parts of a batch of their shares in loss and gradients, and of what each makes of the statistics.
 *
 * @param parts - At least one, with their numbers.
 * @param batchSize - The images of the whole batch.
 * @param seedOf - The seed of dropout for a part.
 */
export async function sumOverParts(
  problem: GradientProblem,
  weights: Weights,
  parts: readonly BatchPart[],
  batchSize: number,
  seedOf: (part: number) => number,
): Promise<BatchGradient> {
  const sum = createGradientSum()
  try {
    for (const { part, images } of parts) {
      const { loss, grads, stats } = partGradient(problem, weights, images, batchSize, seedOf(part))
      sum.add({ loss: 0, grads, stats })
      // Read part by part: a sum in float32 would depend on how many there are.
      const value = (await loss.data())[0] ?? Number.NaN
      loss.dispose()
      sum.addLoss(value)
    }
    return sum.take()
  } catch (error) {
    sum.dispose()
    throw error
  }
}

/** Adds up gradients in the order in which they are added. */
export interface GradientSum {
  /** Takes the tensors over. */
  add(gradient: BatchGradient): void
  addLoss(loss: number): void
  /** All that was added; the tensors become the caller's. */
  take(): BatchGradient
  /** Disposes what is there so far. */
  dispose(): void
}

/** A sum of nothing yet. */
export function createGradientSum(): GradientSum {
  let loss = 0
  let sum: { readonly grads: Tree; readonly stats: BatchStats } | undefined
  return {
    add({ loss: more, grads, stats }) {
      loss += more
      if (sum === undefined) {
        sum = { grads, stats }
        return
      }
      const before = sum
      sum = { grads: treeMap(add, before.grads, grads), stats: treeMap(add, before.stats, stats) }
      disposeTree([before.grads, before.stats, grads, stats])
    },
    addLoss(more) {
      loss += more
    },
    take() {
      if (sum === undefined) throw new RangeError('A batch has at least one part.')
      return { loss, ...sum }
    },
    dispose() {
      if (sum !== undefined) disposeTree([sum.grads, sum.stats])
    },
  }
}

/** The mean of statistics from their sum, which is disposed; the sum itself if it is of one part. */
export function meanOf(sum: BatchStats, parts: number): BatchStats {
  if (parts === 1) return sum
  const mean = treeMap((total) => mul(total, 1 / parts), sum)
  disposeTree(sum)
  return mean
}

/** Another number for each part of each step, of at most 53 bits: the seeds of two runs seldom share one. */
export function dropoutSeed(seed: number, step: number, part: number): number {
  return (seed % 2 ** 13) * 2 ** 40 + (step % 2 ** 32) * 2 ** 8 + (part % 2 ** 8)
}
