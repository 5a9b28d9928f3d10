import { disposeTree, type Tree, treeMap } from '@gg/core'
import type { ImageBatch } from '@gg/data'
import type { BatchStats } from '@gg/models'
import { add, mul } from '@tensorflow/tfjs-core'
import type { SavedStates } from './checkpoint.ts'
import { type GradientProblem, type PartGradient, partGradient, type Weights } from './part-gradient.ts'
import { partOfBatch } from './part-of-batch.ts'

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
      const count = Math.min(parts, batch.size)
      const sum = createGradientSum(count)
      try {
        for (let part = 0; part < count; part++) {
          const images = partOfBatch(batch, part, count)
          const gradient = partGradient(problem, weights, images, batch.size, dropoutSeed(seed, step, part))
          await sum.add(gradient)
        }
        return sum.take()
      } catch (error) {
        sum.dispose()
        throw error
      }
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

/** Adds up the gradients of parts, in the order in which they are added. */
export interface GradientSum {
  /** Takes the tensors over. */
  add(part: PartGradient): Promise<void>
  /** The sum of losses and gradients, and the mean of statistics. */
  take(): BatchGradient
  /** Disposes what is there so far. */
  dispose(): void
}

/** A sum of `parts` parts. */
export function createGradientSum(parts: number): GradientSum {
  let loss = 0
  let sum: { readonly grads: Tree; readonly stats: BatchStats } | undefined
  return {
    async add({ loss: partLoss, grads, stats }) {
      if (sum === undefined) sum = { grads, stats }
      else {
        const before = sum
        sum = { grads: treeMap(add, before.grads, grads), stats: treeMap(add, before.stats, stats) }
        disposeTree([before.grads, before.stats, grads, stats])
      }
      // Read part by part: a sum in float32 would depend on how many there are.
      loss += (await partLoss.data())[0] ?? Number.NaN
      partLoss.dispose()
    },
    take() {
      if (sum === undefined) throw new RangeError('A batch has at least one part.')
      const { grads, stats } = sum
      if (parts === 1) return { loss, grads, stats }
      const mean = treeMap((total) => mul(total, 1 / parts), stats)
      disposeTree(stats)
      return { loss, grads, stats: mean }
    },
    dispose() {
      if (sum !== undefined) disposeTree([sum.grads, sum.stats])
    },
  }
}

/** Another number for each part of each step, of at most 53 bits: the seeds of two runs seldom share one. */
export function dropoutSeed(seed: number, step: number, part: number): number {
  return (seed % 2 ** 13) * 2 ** 40 + (step % 2 ** 32) * 2 ** 8 + (part % 2 ** 8)
}
