import type { ConvolutionPlaces, ConvolutionSizes } from './convolution.ts'
import type { Engine } from './engine/engine.ts'
import type { FilterGradientPlaces, FilterGradientSizes } from './filter-gradient.ts'
import type { Finish } from './finish.ts'

// As in assembly/winograd.ts.
const PLACES = 16

/** What a unit of work has in memory of its own: it should stay in the L2 cache. */
const UNIT_BYTES = 2 ** 20
/** But fewer tiles than this do not repay fetching the transformed filter. */
const UNIT_TILES = 64
/** Below this many operations a piece of work costs more to hand over than to do. */
const PIECE = 2 ** 18

/** What tells whether a convolution can be done this way. */
type Shape = Pick<
  ConvolutionSizes,
  | 'filterHeight'
  | 'filterWidth'
  | 'strideHeight'
  | 'strideWidth'
  | 'dilationHeight'
  | 'dilationWidth'
  | 'sourceChannels'
  | 'targetChannels'
>

/** Whether a convolution is one of 3 × 3 and stride 1 with channels enough to repay the transforms. */
export function takesTiles(sizes: Shape): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = sizes
  const { sourceChannels, targetChannels } = sizes
  return (
    filterHeight === 3 &&
    filterWidth === 3 &&
    strideHeight * strideWidth * dilationHeight * dilationWidth === 1 &&
    sourceChannels % 4 === 0 &&
    targetChannels % 4 === 0 &&
    Math.min(sourceChannels, targetChannels) >= 8
  )
}

function placeBytes(tiles: number, channels: number): number {
  return 64 * (Math.ceil((tiles * channels) / 16) | 1)
}

/** Convolves in tiles; false where a number of the result is not finite. */
export function convolveTiles(
  engine: Engine,
  sizes: ConvolutionSizes,
  places: ConvolutionPlaces,
  finish: Finish,
): boolean {
  const { images, sourceHeight, sourceWidth, sourceChannels, targetHeight, targetWidth, targetChannels } = sizes
  const rows = Math.ceil(targetHeight / 2)
  const columns = Math.ceil(targetWidth / 2)
  const tiles = images * rows * columns
  const wanted = engine.threads === 1 ? 1 : 4 * engine.threads
  const bytes = 4 * PLACES * (sourceChannels + targetChannels)
  const fitting = Math.max(UNIT_TILES, Math.floor(UNIT_BYTES / bytes))
  const together = Math.min(12 * Math.ceil(tiles / 12), 12 * Math.ceil(fitting / 12))
  const units = Math.ceil(tiles / together)
  const panels = Math.ceil(targetChannels / engine.tile.columns)
  const parts = units >= wanted ? 1 : Math.min(panels, Math.ceil(wanted / units))
  return engine.borrow((take) => {
    const filter = take(4 * PLACES * sourceChannels * targetChannels)
    const spoilt = take(4)
    const words = new Int32Array(engine.heap.memory.buffer)
    words[spoilt >>> 2] = 0
    engine.run(
      'transformFilter',
      {
        items: panels,
        grain: Math.ceil(PIECE / (100 * sourceChannels * engine.tile.columns)),
        scratch: 36 * sourceChannels * engine.tile.columns + 192,
      },
      [places.filter, filter, sourceChannels, targetChannels, sizes.turned ? 1 : 0],
    )
    const work = 2 * PLACES * tiles * sourceChannels * targetChannels
    const items = units * parts
    engine.run(
      'convolveTiles',
      {
        items,
        grain: Math.ceil((PIECE * items) / work),
        scratch: PLACES * (placeBytes(together, sourceChannels) + placeBytes(together, targetChannels)) + 16,
      },
      [
        sourceHeight,
        sourceWidth,
        sourceChannels,
        targetHeight,
        targetWidth,
        targetChannels,
        sizes.turned ? 2 - sizes.top : sizes.top,
        sizes.turned ? 2 - sizes.left : sizes.left,
        rows,
        columns,
        tiles,
        together,
        places.x,
        filter,
        places.y,
        finish.bias,
        finish.mode,
        parts,
        spoilt,
      ],
      [finish.low, finish.high],
    )
    return words[spoilt >>> 2] === 0
  })
}

/** Blocks of tiles whose sums are kept apart: fixed, or sums would depend on the threads. */
const BLOCKS = 16
/** What a unit of the filter's gradient has in memory of its own. */
const GRADIENT_BYTES = 2 ** 20
/** What the sums of all blocks take at most, if there is more than one. */
const SUMS_BYTES = 2 ** 22

/** The gradient with respect to the filter in tiles; false where a number of it is not finite. */
export function sumTiles(engine: Engine, sizes: FilterGradientSizes, places: FilterGradientPlaces): boolean {
  const { images, height, width, channels, outHeight, outWidth, outChannels, top, left } = sizes
  const rows = Math.ceil(outHeight / 2)
  const columns = Math.ceil(outWidth / 2)
  const tiles = images * rows * columns
  const together = Math.min(tiles, Math.max(32, Math.floor(GRADIENT_BYTES / (4 * PLACES * (channels + outChannels)))))
  const units = Math.ceil(tiles / together)
  const size = channels * outChannels
  const blocks = Math.max(1, Math.min(BLOCKS, units, Math.floor(SUMS_BYTES / (4 * PLACES * size))))
  const wanted = engine.threads === 1 ? 1 : 4 * engine.threads
  const parts =
    blocks >= wanted ? 1 : Math.min(Math.ceil(outChannels / engine.tile.columns), Math.ceil(wanted / blocks))
  return engine.borrow((take) => {
    const sums = take(4 * blocks * PLACES * size)
    const spoilt = take(4)
    const words = new Int32Array(engine.heap.memory.buffer)
    words[spoilt >>> 2] = 0
    engine.run(
      'sumTiles',
      {
        items: blocks * parts,
        grain: 1,
        scratch: PLACES * (placeBytes(together, channels) + placeBytes(together, outChannels)) + 32 + 8 * channels,
      },
      [
        height,
        width,
        channels,
        outHeight,
        outWidth,
        outChannels,
        top,
        left,
        rows,
        columns,
        tiles,
        together,
        places.x,
        places.dy,
        sums,
        blocks,
        parts,
      ],
    )
    engine.run('gatherFilterGradient', { items: size / 4, grain: Math.ceil(2 ** 12 / blocks), scratch: 192 }, [
      places.dw,
      sums,
      size,
      blocks,
      spoilt,
    ])
    return words[spoilt >>> 2] === 0
  })
}
