import { checkInteger } from './check-integer.ts'
import { shuffledClassIndices } from './class-indices.ts'
import { type BoxedImageDataset, checkDataset, type ImageDataset } from './image-dataset.ts'
import { permutation } from './permutation.ts'
import { subset } from './subset.ts'

/** How `trainValidationSplit` divides. */
export interface TrainValidationSplitOptions {
  /** How many images to hold out, from 1 to `dataset.size - 1`. */
  readonly validation: number
  /** Chooses them: whole number from 0 to 2^53 - 1; 0 unless given. */
  readonly seed?: number
  /** Whether each class gives its share, to within one image; `true` unless given. `false` draws from all alike. */
  readonly stratified?: boolean
}

/** Two parts of a data set that share no image. */
export interface TrainValidationSplit<D extends ImageDataset = ImageDataset> {
  /** To learn from. */
  readonly train: D
  /** To choose by. */
  readonly validation: D
}

/**
 * Holds out a seeded random part of a training set, to choose hyperparameters and the epoch to stop at without looking at
 * the test set. Both parts keep the order of the data set, so batches shuffle them as ever.
 *
 * Classes keep their proportions by the method of largest remainders; ties go to the class that comes first.
 *
 * Memory: the images are copied, so both parts together take what the data set takes, beside it until it is dropped.
 *
 * @param dataset any data set; its boxes go with the images
 * @param options how many images to hold out, and the seed
 * @returns `train`, of the same name, and `validation`, with `/validation` behind its name
 * @throws `INVALID_ARGUMENT`, and `MISMATCH` for a data set whose arrays do not fit its size
 *
 * @example
 * ```ts
 * import { glyphs, trainValidationSplit } from '@gg/data'
 *
 * const { train, validation } = trainValidationSplit(glyphs({ size: 100, seed: 1 }), { validation: 20, seed: 7 })
 * console.log(train.size, validation.size, validation.name) // 80 20 glyphs/train/validation
 * ```
 */
export function trainValidationSplit(
  dataset: BoxedImageDataset,
  options: TrainValidationSplitOptions,
): TrainValidationSplit<BoxedImageDataset>
export function trainValidationSplit(dataset: ImageDataset, options: TrainValidationSplitOptions): TrainValidationSplit
export function trainValidationSplit(
  dataset: ImageDataset,
  { validation, seed = 0, stratified = true }: TrainValidationSplitOptions,
): TrainValidationSplit {
  checkDataset('trainValidationSplit', dataset)
  checkInteger('trainValidationSplit', 'validation', validation, 1, dataset.size - 1)
  checkInteger('trainValidationSplit', 'seed', seed, 0)
  const heldOut = new Uint8Array(dataset.size)
  const chosen = stratified
    ? shares(shuffledClassIndices('trainValidationSplit', dataset, seed), validation)
    : permutation(dataset.size, seed).subarray(0, validation)
  for (const index of chosen) heldOut[index] = 1
  const indices = Array.from(heldOut.keys())
  return {
    train: subset(
      dataset,
      indices.filter((i) => heldOut[i] === 0),
    ),
    validation: {
      ...subset(
        dataset,
        indices.filter((i) => heldOut[i] === 1),
      ),
      name: `${dataset.name}/validation`,
    },
  }
}

/** The first of each class, as many as its share of `total`: rounded down, and one more where most was cut off. */
function shares(classes: readonly (readonly number[])[], total: number): readonly number[] {
  const size = classes.reduce((sum, { length }) => sum + length, 0)
  const exact = classes.map(({ length }) => (length * total) / size)
  const missing = total - exact.reduce((sum, share) => sum + Math.floor(share), 0)
  const cut = (label: number) => (exact[label] ?? 0) % 1
  const byRemainder = Array.from(classes.keys()).sort((a, b) => cut(b) - cut(a) || a - b)
  const rounded = new Set(byRemainder.slice(0, missing))
  return classes.flatMap((indices, label) =>
    indices.slice(0, Math.floor(exact[label] ?? 0) + (rounded.has(label) ? 1 : 0)),
  )
}
