import { checkInteger } from './check-integer.ts'
import { DataError } from './data-error.ts'
import { inkBox, SIDE } from './glyphs/canvas.ts'
import { develop } from './glyphs/develop.ts'
import { drawClutter } from './glyphs/draw-clutter.ts'
import { drawDigit } from './glyphs/draw-digit.ts'
import type { BoxedImageDataset } from './image-dataset.ts'
import { permutation } from './permutation.ts'
import { randomStream } from './random-stream.ts'
import { checkSplit, type Split } from './split.ts'

/** Keeps these streams apart from those of `permutation`. */
const STREAM = 2

const CLASSES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

/** What `glyphs` draws. */
export interface GlyphsOptions {
  /** How many images, 1 to 2,097,152 (2 GiB). */
  readonly size: number
  /** Chooses the images: whole number from 0 to 2^53 - 1; 0 unless given. */
  readonly seed?: number
  /** `'train'` unless given; the two splits of one seed share no image. */
  readonly split?: Split
  /** The most distracting strokes and dots in one image, 0 to 64; each image has 0 to `clutter`. 6 unless given. */
  readonly clutter?: number
  /** Standard deviation of the pixel noise in grey levels of 255, 0 to 255. 12 unless given. */
  readonly noise?: number
}

/**
 * Draws a data set of digits: one vector-drawn glyph somewhere on a 32x32 grey canvas, in a random hand, size, slant,
 * turn, stroke width and contrast, among short strokes and dots and under noise. For trying things without a download,
 * and for questions of *where*: the glyph covers about a quarter of the canvas, and its box is known.
 *
 * Classes are balanced: every ten images in a row, from the first, hold each digit once, in random order. Image `i`
 * depends on `(seed, split, i)` alone, so a smaller set is the beginning of a larger one; and `clutter` and `noise` leave
 * the glyph as it is, so the same seed without them shows the same glyphs clean. Every byte is the same on every machine:
 * the drawing uses integers, and `+ - * /` and square roots of float64, which IEEE 754 defines to the last bit.
 *
 * @param options `size`, and what else differs from the defaults
 * @returns images `[size, 32, 32, 1]`, labels 0 to 9, and the box of each glyph's pixels, half-open, without the clutter
 * @throws `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { glyphs } from '@gg/data'
 *
 * const { shape, labels, boxes } = glyphs({ size: 1000, seed: 1 })
 * console.log(shape.join('x'), labels.subarray(0, 10).join(' ')) // 32x32x1 0 6 8 3 7 5 2 1 4 9
 * console.log(boxes.subarray(0, 4).join(' ')) // 6 7 21 25
 * ```
 */
export function glyphs({ size, seed = 0, split = 'train', clutter = 6, noise = 12 }: GlyphsOptions): BoxedImageDataset {
  checkInteger('glyphs', 'size', size, 1, 2 ** 21)
  checkInteger('glyphs', 'seed', seed, 0)
  checkInteger('glyphs', 'clutter', clutter, 0, 64)
  checkSplit('glyphs', split)
  if (!(noise >= 0 && noise <= 255)) {
    throw new DataError('INVALID_ARGUMENT', `glyphs: \`noise\` must be from 0 to 255 grey levels, got ${noise}.`)
  }
  const splitKey = split === 'train' ? 0 : 1
  const values = SIDE * SIDE
  const images = new Uint8Array(size * values)
  const labels = balancedLabels(size, seed, splitKey)
  const boxes = new Int16Array(4 * size)
  const canvas = new Float32Array(values)
  for (let i = 0; i < size; i++) {
    const random = randomStream(STREAM, seed, splitKey, i)
    const background = random.below(49)
    canvas.fill(0)
    drawDigit(canvas, labels[i] ?? 0, random)
    const box = inkBox(canvas)
    boxes.set(box, 4 * i)
    drawClutter(canvas, clutter, box, random)
    develop(canvas, images.subarray(i * values, (i + 1) * values), background, noise, random)
  }
  return { name: `glyphs/${split}`, images, labels, shape: [SIDE, SIDE, 1], classNames: CLASSES, size, boxes }
}

/** Every ten labels hold each class once, in an order of their own. */
function balancedLabels(size: number, seed: number, splitKey: number): Uint8Array {
  const labels = new Uint8Array(size)
  for (let start = 0; start < size; start += CLASSES.length) {
    const order = permutation(CLASSES.length, seed, start * 2 + splitKey)
    labels.set(order.subarray(0, size - start), start)
  }
  return labels
}
