import type { DatasetOptions } from './dataset-options.ts'
import type { ImageDataset } from './image-dataset.ts'
import { openFolder } from './node/open-folder.ts'
import { readFashionMnist } from './read-fashion-mnist.ts'

/**
 * Reads Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): ten kinds of clothes, 28x28x1, from files of the same four names,
 * the same format and the same sizes as `mnist`; a harder set in its place.
 *
 * @param options folder (`$GG_DATA_DIR/fashion-mnist` unless given) and split; 60,000 images to learn from, 10,000 to
 *   measure on
 * @returns images `[size, 28, 28, 1]`, white on black, and labels 0 to 9
 * @throws (as a rejection) the same codes as `mnist`
 *
 * @example
 * ```ts
 * import { fashionMnist } from '@gg/data'
 *
 * try {
 *   await fashionMnist({ dir: 'no/such/folder' })
 * } catch (error) {
 *   console.log(error.code) // FILE_NOT_FOUND
 * }
 * ```
 */
export function fashionMnist(options: DatasetOptions = {}): Promise<ImageDataset> {
  return readFashionMnist(openFolder, options)
}
