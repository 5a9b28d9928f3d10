import { checkInteger } from './check-integer.ts'
import { DataError } from './data-error.ts'
import type { ImageFolder, ImageFolderOptions } from './image-folder-options.ts'
import { decodePictures } from './node/decode-pictures.ts'
import { listPictures } from './node/list-pictures.ts'
import { loadSharp } from './node/load-sharp.ts'

/**
 * Finds the pictures of a folder in ImageNet's layout, `class/*.jpg`, `.jpeg`, `.png` or `.webp`, at any depth within a
 * class, and decodes and resizes them when they are needed, in threads of their own. Go through it with
 * `prefetch(batches(folder, options))`; if it fits into memory, `readImages` decodes it once for all epochs.
 *
 * Classes are the folders' names and pictures the files' paths, both in the order of their UTF-16 code units, so that labels
 * are the same on every machine; they are those of torchvision's `ImageFolder`. Names that begin with a dot are passed
 * over. Pixels come from libvips (by `sharp`, which is to be installed beside this package): Lanczos3 for resizing, alpha
 * left out after it (what is wholly transparent is black), turned as they are stored, whatever their orientation tag says.
 *
 * Memory: the paths. Each `read` takes the images that it returns, and the pictures that are being decoded, one per core.
 *
 * @param options `dir`, `size`, and what else differs from the defaults
 * @returns a data set for `batches` and `readImages`; its `read` rejects with `CORRUPT_FILE`, naming the picture
 * @throws (as a rejection) `INVALID_ARGUMENT`; `FILE_NOT_FOUND` for a folder that is not there, has no classes, or has a
 *   class without pictures; `UNREADABLE_FILE`; `MISSING_PACKAGE` without `sharp`
 *
 * @example
 * ```ts
 * import { imageFolder } from '@gg/data'
 *
 * try {
 *   await imageFolder({ dir: 'no/such/folder', size: 224 })
 * } catch (error) {
 *   console.log(error.code) // FILE_NOT_FOUND
 * }
 * ```
 */
export async function imageFolder({
  dir,
  size,
  channels = 3,
  fit = 'cover',
}: ImageFolderOptions): Promise<ImageFolder> {
  const [height, width] = typeof size === 'number' ? [size, size] : size
  checkInteger('imageFolder', 'size', height, 1, 16_384)
  checkInteger('imageFolder', 'size', width, 1, 16_384)
  if (channels !== 1 && channels !== 3) throw wrong('channels', '1 or 3', channels)
  if (fit !== 'cover' && fit !== 'fill') throw wrong('fit', "'cover' or 'fill'", fit)
  if (typeof dir !== 'string' || dir === '') throw wrong('dir', 'a folder', dir)
  const sharp = await loadSharp('imageFolder')
  const { paths, labels, classNames } = await listPictures('imageFolder', dir)
  const shape = [height, width, channels] as const
  return {
    name: dir,
    size: paths.length,
    shape,
    labels: classNames.length > 256 ? Uint16Array.from(labels) : Uint8Array.from(labels),
    classNames,
    paths,
    read: (indices) => decodePictures('imageFolder', sharp, paths, indices, shape, fit),
  }
}

function wrong(argument: string, expected: string, found: unknown): DataError {
  return new DataError('INVALID_ARGUMENT', `imageFolder: \`${argument}\` must be ${expected}, got ${String(found)}.`)
}
