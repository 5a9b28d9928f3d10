import { availableParallelism } from 'node:os'
import { checkInteger } from '../check-integer.ts'
import { DataError } from '../data-error.ts'
import { type ImageShape, valuesPerImage } from '../image-dataset.ts'
import type { Sharp } from './load-sharp.ts'

/** Decodes and resizes pictures in sharp's threads, as many at once as there are cores. */
export async function decodePictures(
  fn: string,
  sharp: Sharp,
  paths: readonly string[],
  indices: ArrayLike<number>,
  shape: ImageShape,
  fit: 'cover' | 'fill',
): Promise<Uint8Array> {
  const values = valuesPerImage(shape)
  const all = Array.from(indices)
  for (const [i, index] of all.entries()) checkInteger(fn, `indices[${i}]`, index, 0, paths.length - 1)
  const images = new Uint8Array(all.length * values)
  let next = 0
  const work = async (): Promise<void> => {
    for (let i = next++; i < all.length; i = next++) {
      const path = paths[all[i] ?? 0] ?? ''
      images.set(await decode(fn, sharp, path, shape, fit), i * values)
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), all.length) }, work))
  return images
}

async function decode(
  fn: string,
  sharp: Sharp,
  path: string,
  [height, width, channels]: ImageShape,
  fit: 'cover' | 'fill',
): Promise<Uint8Array> {
  try {
    // ImageNet has pictures with harmless oddities: they are refused only if a part is missing.
    return await sharp(path, { failOn: 'truncated' })
      .resize(width, height, { fit, position: 'centre' })
      .removeAlpha()
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(
      'CORRUPT_FILE',
      `${fn}: \`${path}\` must be a whole picture, got: ${reason}. Mend it or take it out of the folder.`,
      { cause },
    )
  }
}
