import { DataError } from './data-error.ts'
import type { ImageDataset } from './image-dataset.ts'
import { permutation } from './permutation.ts'

/**
 * The images of each class, by their positions, in the order of a seeded permutation of the whole set.
 *
 * @throws `MISMATCH` for a label without a class
 */
export function shuffledClassIndices(fn: string, dataset: ImageDataset, seed: number): readonly (readonly number[])[] {
  const { labels, classNames, size } = dataset
  const classes = classNames.map((): number[] => [])
  for (const index of permutation(size, seed)) {
    const label = labels[index] ?? 0
    const indices = classes[label]
    if (indices === undefined) {
      throw new DataError(
        'MISMATCH',
        `${fn}: \`dataset.labels\` must be from 0 to ${classNames.length - 1}, the classes of \`classNames\`, ` +
          `got ${label} for image ${index}. Build labels and classNames together.`,
      )
    }
    indices.push(index)
  }
  return classes
}
