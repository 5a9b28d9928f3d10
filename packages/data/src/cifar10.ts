import type { DatasetOptions } from './dataset-options.ts'
import type { ImageDataset } from './image-dataset.ts'
import { openFolder } from './node/open-folder.ts'
import { readCifar10 } from './read-cifar10.ts'

/**
 * Reads CIFAR-10 (Krizhevsky 2009): photographs of ten kinds of things, 32x32x3, from the files of the binary version,
 * `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, in `dir` or in its folder `cifar-10-batches-bin`.
 *
 * The format has no header and no checksum: what can be seen is checked, that the files hold whole records of 3,073 bytes
 * and that every label has a class. A set with fewer images than the original is read, with a warning in the result.
 *
 * Memory: 3,073 bytes an image, and one buffer of a megabyte while it reads; no file is ever in memory whole.
 *
 * @param options folder (`$GG_DATA_DIR/cifar-10` unless given) and split; 50,000 images to learn from, 10,000 to measure
 *   on
 * @returns images `[size, 32, 32, 3]` in red, green, blue, and labels 0 to 9
 * @throws (as a rejection) `INVALID_ARGUMENT`, `FILE_NOT_FOUND`, `UNREADABLE_FILE`, `CORRUPT_FILE`
 *
 * @example
 * ```ts
 * import { cifar10 } from '@gg/data'
 *
 * const { size, shape, labels, classNames } = await cifar10() // with GG_DATA_DIR set
 * console.log(size, shape.join('x')) // 50000 32x32x3
 * console.log(Array.from(labels.subarray(0, 3), (label) => classNames[label]).join(' ')) // frog truck truck
 * ```
 */
export function cifar10(options: DatasetOptions = {}): Promise<ImageDataset> {
  return readCifar10(openFolder, options)
}
