import type { ConvolutionSizes } from './convolution.ts'

// As in assembly/winograd.ts.
export const PLACES = 36
const SIDE = 4
/** Constants, and four zeros. */
export const POINTS_BYTES = 48

/** With so many pieces of work for each thread it does not matter whether all have the same number. */
const PIECES_A_THREAD = 4

/** Beside the products of all pairs of channels, a place of a tile costs as much as so many of each channel's. */
const TRANSFORMS = 6
/** The transform of the filter costs as much as the products of so many tiles. */
const FILTER = 6

/**
 * Whether a convolution is better done in tiles of 4 × 4 pixels (see assembly/winograd.ts): one of 3 × 3 and stride 1 whose
 * channels repay the transforms, on images of which not too much is border, where the definition skips the padding.
 */
export function takesTiles(shape: ConvolutionSizes): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = shape
  const { images, sourceHeight, sourceWidth, sourceChannels, targetHeight, targetWidth, targetChannels } = shape
  if (filterHeight !== 3 || filterWidth !== 3) return false
  if (strideHeight * strideWidth * dilationHeight * dilationWidth !== 1) return false
  if (sourceChannels % 4 !== 0 || targetChannels % 4 !== 0) return false
  const pairs = sourceChannels * targetChannels
  const tiles = images * tilesOf(targetHeight) * tilesOf(targetWidth)
  const inTiles = tiles * (pairs + TRANSFORMS * (sourceChannels + targetChannels)) + FILTER * pairs
  const [top, left] = tilePadding(shape)
  const seen = tapsSeen(sourceHeight, targetHeight, top) * tapsSeen(sourceWidth, targetWidth, left)
  return PLACES * inTiles < images * seen * pairs
}

/** Padding above and to the left of what is convolved, which for the turned filter is the gradient. */
export function tilePadding({
  turned,
  top,
  left,
}: Pick<ConvolutionSizes, 'turned' | 'top' | 'left'>): [top: number, left: number] {
  return turned ? [2 - top, 2 - left] : [top, left]
}

/** Tiles along an axis. */
export function tilesOf(pixels: number): number {
  return Math.ceil(pixels / SIDE)
}

/** Bytes from one place to the next in a table `[places, rows, columns]`, as in assembly/winograd.ts. */
export function placeBytes(rows: number, columns: number): number {
  return 64 * (Math.ceil((rows * columns) / 16) | 1)
}

/**
 * In how many parts each unit is done, so that all threads have as much to do. Each part transforms the images anew, so there
 * are as few as can be.
 */
export function partsOf(units: number, panels: number, threads: number): number {
  let parts = 1
  while (units * parts < PIECES_A_THREAD * threads && (units * parts) % threads !== 0) parts++
  return Math.min(parts, panels)
}

/** Bytes of what lies between the two sides of a transform, for a row of tiles. */
export function betweenBytes(columns: number): number {
  return 96 * (SIDE * columns + 2)
}

/** How many taps of a filter of 3 all pixels of the result together see along an axis. */
function tapsSeen(source: number, target: number, before: number): number {
  let seen = 0
  for (let i = -before; i < target - before; i++) seen += Math.max(0, Math.min(i + 3, source) - Math.max(i, 0))
  return seen
}
