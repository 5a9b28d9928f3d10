import type { ImageDataset } from './image-dataset.ts'
import { openFolder } from './node/open-folder.ts'
import { type Cifar100Options, readCifar100 } from './read-cifar100.ts'

/**
 * Reads CIFAR-100 (Krizhevsky 2009): as `cifar10`, with 100 classes in 20 groups, from `train.bin` and `test.bin` in `dir`
 * or in its folder `cifar-100-binary`. Records are 3,074 bytes: group, class, pixels.
 *
 * Memory: 3,073 bytes an image, and one buffer of a megabyte while it reads; no file is ever in memory whole.
 *
 * @param options folder (`$GG_DATA_DIR/cifar-100` unless given), split, and which of the two labels; 50,000 images to learn
 *   from, 10,000 to measure on
 * @returns images `[size, 32, 32, 3]` in red, green, blue, and labels 0 to 99 or 0 to 19
 * @throws (as a rejection) `INVALID_ARGUMENT`, `FILE_NOT_FOUND`, `UNREADABLE_FILE`, `CORRUPT_FILE`
 *
 * @example
 * ```ts
 * import { cifar100 } from '@gg/data'
 *
 * const fine = await cifar100() // with GG_DATA_DIR set
 * const coarse = await cifar100({ labels: 'coarse' })
 * console.log(fine.classNames.length, fine.classNames[19], coarse.classNames.length) // 100 cattle 20
 * ```
 */
export function cifar100(options: Cifar100Options = {}): Promise<ImageDataset> {
  return readCifar100(openFolder, options)
}
