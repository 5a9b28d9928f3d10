import { idxDataset } from './idx-dataset.ts'
import type { ImageDataset } from './image-dataset.ts'
import { dataFolder } from './node/data-folder.ts'
import { readIdxFile } from './node/read-idx-file.ts'
import { checkSplit, type Split } from './split.ts'

const ADVICE =
  'The four files are at https://ossci-datasets.s3.amazonaws.com/mnist/; put them there, or name the folder that has them.'

/** Where `mnist` looks, and for what. */
export interface MnistOptions {
  /** The folder of the files; `$GG_DATA_DIR/mnist` unless given. */
  readonly dir?: string
  /** `'train'` for the 60,000, `'test'` for the 10,000; `'train'` unless given. */
  readonly split?: Split
}

/**
 * Reads MNIST (LeCun, Cortes and Burges 1998): handwritten digits, 28x28x1, from the original IDX files
 * `train-images-idx3-ubyte.gz`, `train-labels-idx1-ubyte.gz`, `t10k-images-idx3-ubyte.gz` and
 * `t10k-labels-idx1-ubyte.gz`, or the same without `.gz`. Magic numbers, sizes and labels are checked; the number of
 * images is that of the files, so a smaller pair in the same format is read too. Node only; downloads nothing.
 *
 * @param options folder and split
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
export async function mnist({ dir, split = 'train' }: MnistOptions = {}): Promise<ImageDataset> {
  checkSplit('mnist', split)
  const folder = dataFolder('mnist', dir, 'mnist')
  const prefix = split === 'train' ? 'train' : 't10k'
  const [images, labels] = await Promise.all([
    readIdxFile('mnist', folder, `${prefix}-images-idx3-ubyte`, 3, ADVICE),
    readIdxFile('mnist', folder, `${prefix}-labels-idx1-ubyte`, 1, ADVICE),
  ])
  const classNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
  return idxDataset('mnist', images, labels, { name: `mnist/${split}`, shape: [28, 28, 1], classNames })
}
