import { checkInteger } from './check-integer.ts'
import { shuffledClassIndices } from './class-indices.ts'
import { DataError } from './data-error.ts'
import { type BoxedImageDataset, checkDataset, type ImageDataset } from './image-dataset.ts'
import { permutation } from './permutation.ts'
import { subset } from './subset.ts'

/** Keeps this order apart from those of the epochs. */
const ORDER = 2 ** 52

/** How `balancedSubset` draws. */
export interface BalancedSubsetOptions {
  /** How many images of each class, at least 1. */
  readonly perClass: number
  /** Chooses the images and their order: whole number from 0 to 2^53 - 1; 0 unless given. */
  readonly seed?: number
}

/**
 * A random part of a data set with equally many images of each class, in random order: for few-shot runs and for
 * measuring on a set whose chance level is the same for all. `subset` takes given images, and `trainValidationSplit`
 * keeps the proportions that there are.
 *
 * Under one seed the images of a smaller part are among those of a larger one. The images are copied.
 *
 * @param dataset any data set; its boxes go with the images
 * @param options `perClass` and the seed
 * @returns a new data set of `perClass * classNames.length` images, with the same name, shape and classes
 * @throws `INVALID_ARGUMENT`, also for a class with fewer images; `MISMATCH` for a data set whose arrays do not fit
 *
 * @example
 * ```ts
 * import { balancedSubset, glyphs } from '@gg/data'
 *
 * const few = balancedSubset(glyphs({ size: 100, seed: 1 }), { perClass: 2, seed: 3 })
 * console.log(few.labels.join(' ')) // 3 0 5 8 0 9 7 4 9 1 2 3 6 6 8 1 7 2 5 4
 * ```
 */
export function balancedSubset(dataset: BoxedImageDataset, options: BalancedSubsetOptions): BoxedImageDataset
export function balancedSubset(dataset: ImageDataset, options: BalancedSubsetOptions): ImageDataset
export function balancedSubset(dataset: ImageDataset, { perClass, seed = 0 }: BalancedSubsetOptions): ImageDataset {
  checkDataset('balancedSubset', dataset)
  checkInteger('balancedSubset', 'perClass', perClass, 1)
  checkInteger('balancedSubset', 'seed', seed, 0)
  const chosen = shuffledClassIndices('balancedSubset', dataset, seed).flatMap((indices, label) => {
    if (indices.length >= perClass) return indices.slice(0, perClass)
    throw new DataError(
      'INVALID_ARGUMENT',
      `balancedSubset: \`perClass\` must be at most ${indices.length}, the number of images of class ` +
        `${dataset.classNames[label]}, got ${perClass}.`,
    )
  })
  return subset(
    dataset,
    permutation(chosen.length, seed, ORDER).map((i) => chosen[i] ?? 0),
  )
}
