import type { ConvolutionSizes } from './convolution.ts'
import type { Engine } from './engine/engine.ts'
import type { FilterGradientPlaces } from './filter-gradient.ts'
import { isSet, takeFlag } from './flag.ts'
import { betweenBytes, PLACES, POINTS_BYTES, partsOf, placeBytes, tilesOf } from './winograd.ts'

/** Blocks of tiles whose sums are kept apart, so that threads can share the work: fixed, or sums would depend on the threads. */
const BLOCKS = 16
/** What the sums of all blocks take at most, if there is more than one: 8 blocks of 64 × 64 channels, 2 of 128 × 128. */
const SUMS_BYTES = 5 * 2 ** 20
/** What a unit of work has in memory of its own: about what the L2 cache has. */
const UNIT_BYTES = 2 ** 20
/** But fewer tiles than this do not repay loading and storing the sums. */
const LEAST_TILES = 64
// As in assembly/winograd-filter-gradient.ts.
const ROWS = 64

/** The gradient with respect to the filter in tiles; false where a number of it is not finite. */
export function sumTiles(engine: Engine, sizes: ConvolutionSizes, places: FilterGradientPlaces): boolean {
  const { images, sourceHeight: height, sourceWidth: width, sourceChannels: channels, top, left } = sizes
  const { targetHeight: outHeight, targetWidth: outWidth, targetChannels: outChannels } = sizes
  const rows = tilesOf(outHeight)
  const columns = tilesOf(outWidth)
  const tiles = images * rows * columns
  const fitting = Math.floor(UNIT_BYTES / (4 * PLACES * (channels + outChannels)))
  const together = Math.min(tiles, Math.max(LEAST_TILES, fitting))
  const units = Math.ceil(tiles / together)
  const panels = Math.ceil(outChannels / engine.tile.columns)
  const sumsBytes = PLACES * placeBytes(channels, panels * engine.tile.columns)
  // A power of two, which the threads of most machines divide among them.
  const blocks = 2 ** Math.floor(Math.log2(Math.max(1, Math.min(BLOCKS, units, SUMS_BYTES / sumsBytes))))
  const parts = partsOf(blocks, panels, engine.threads)
  return engine.borrow((take) => {
    const sums = units === 1 ? 0 : take(blocks * sumsBytes)
    const spoilt = takeFlag(engine, take)
    engine.run(
      'sumTiles',
      {
        items: blocks * parts,
        grain: 1,
        scratch:
          PLACES * (placeBytes(together, channels) + placeBytes(together, outChannels)) +
          POINTS_BYTES +
          16 +
          8 * channels +
          betweenBytes(columns) +
          (sums === 0 ? PLACES * placeBytes(ROWS, engine.tile.columns) : 0),
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
        places.dw,
        sums,
        blocks,
        parts,
        spoilt,
      ],
    )
    if (sums !== 0) {
      engine.run(
        'gatherFilterGradient',
        { items: panels * channels, grain: Math.ceil(2 ** 11 / blocks), scratch: 288 },
        [places.dw, sums, channels, outChannels, blocks, spoilt],
      )
    }
    return !isSet(engine, spoilt)
  })
}
