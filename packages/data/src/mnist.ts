import type { DatasetOptions } from './dataset-options.ts'
import type { ImageDataset } from './image-dataset.ts'
import { openFolder } from './node/open-folder.ts'
import { readMnist } from './read-mnist.ts'

/**
 * Reads MNIST (LeCun, Cortes and Burges 1998): handwritten digits, 28x28x1, from the original IDX files
 * `train-images-idx3-ubyte.gz`, `train-labels-idx1-ubyte.gz`, `t10k-images-idx3-ubyte.gz` and
 * `t10k-labels-idx1-ubyte.gz`, or the same without `.gz`. Magic numbers, sizes and labels are checked; the number of
 * images is that of the files, so a smaller pair in the same format is read too, with a warning in the result.
 *
 * @param options folder and split; 60,000 images to learn from, 10,000 to measure on
 * @returns images `[size, 28, 28, 1]`, white on black, and labels 0 to 9
 * @throws (as a rejection) `INVALID_ARGUMENT`, `FILE_NOT_FOUND`, `UNREADABLE_FILE`, `CORRUPT_FILE`, `UNSUPPORTED_FILE`, and
 *   `MISMATCH` for images and labels that do not belong together
 *
 * @example
 * ```ts
 * import { mnist } from '@gg/data'
 *
 * const { size, labels } = await mnist({ split: 'test' }) // with GG_DATA_DIR set
 * console.log(size, labels.subarray(0, 5).join(' ')) // 10000 7 2 1 0 4
 * ```
 */
export function mnist(options: DatasetOptions = {}): Promise<ImageDataset> {
  return readMnist(openFolder, options)
}
