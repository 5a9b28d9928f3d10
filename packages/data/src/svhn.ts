import type { ImageDataset } from './image-dataset.ts'
import { openFolder } from './node/open-folder.ts'
import { readSvhn, type SvhnOptions } from './read-svhn.ts'

/**
 * Reads the cropped digits of SVHN (Netzer, Wang, Coates, Bissacco, Wu and Ng 2011): house numbers in street scenes,
 * 32x32x3, with a digit in the middle and often others beside it, from `train_32x32.mat`, `test_32x32.mat` or
 * `extra_32x32.mat`, MATLAB files of version 5. Labels are the digits: the 10 that stands for a 0 in the files is a 0 here.
 *
 * The file is read as a stream and decompressed off this thread; sizes in its headers are checked against its length
 * before memory is taken, and the checksums of compressed arrays are verified. A file with fewer images than the original
 * is read, with a warning in the result.
 *
 * Memory: 3,073 bytes an image (225 MB for `'train'`, 1.6 GB for `'extra'`). While it reads, about as much again of
 * decompressed pieces may wait for the garbage collector.
 *
 * @param options folder (`$GG_DATA_DIR/svhn` unless given), download and split; 73,257 images to learn from, 26,032 to
 *   measure on, 531,131 more to learn from
 * @returns images `[size, 32, 32, 3]` in red, green, blue, and labels 0 to 9
 * @throws (as a rejection) `INVALID_ARGUMENT`, `FILE_NOT_FOUND`, `UNREADABLE_FILE`, `CORRUPT_FILE`, `UNSUPPORTED_FILE`, and
 *   what a download throws
 *
 * @example
 * ```ts
 * import { svhn } from '@gg/data'
 *
 * try {
 *   await svhn({ split: 'validation' })
 * } catch (error) {
 *   console.log(error.message) // svhn: `split` must be 'train', 'test' or 'extra', got validation.
 * }
 * ```
 */
export function svhn(options: SvhnOptions = {}): Promise<ImageDataset> {
  return readSvhn(openFolder, options)
}
