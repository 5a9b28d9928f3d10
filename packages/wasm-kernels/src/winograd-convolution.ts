import type { ConvolutionPlaces, ConvolutionSizes } from './convolution.ts'
import type { Engine } from './engine/engine.ts'
import type { Finish } from './finish.ts'
import { isSet, takeFlag } from './flag.ts'
import { PLACES, placeBytes, tilePadding, tilesOf } from './winograd.ts'

/** What a unit of work has in memory of its own: about what the L2 cache has. */
const UNIT_BYTES = 2 ** 20
/** But fewer tiles than this do not repay fetching the transformed filter. */
const LEAST_TILES = 64
/** Products write whole register tiles, of 4 or 6 rows. */
const WHOLE = 12
/** Below this many operations a piece of work costs more to hand over than to do. */
const PIECE = 2 ** 18

/** Convolves in tiles; false where a number of the result is not finite. */
export function convolveTiles(
  engine: Engine,
  sizes: ConvolutionSizes,
  places: ConvolutionPlaces,
  finish: Finish,
): boolean {
  const { images, sourceHeight, sourceWidth, sourceChannels, targetHeight, targetWidth, targetChannels } = sizes
  const rows = tilesOf(targetHeight)
  const columns = tilesOf(targetWidth)
  const tiles = images * rows * columns
  const [top, left] = tilePadding(sizes)
  const wanted = engine.threads === 1 ? 1 : 4 * engine.threads
  const fitting = Math.max(LEAST_TILES, UNIT_BYTES / (4 * PLACES * (sourceChannels + targetChannels)))
  const together = WHOLE * Math.ceil(Math.min(tiles, fitting) / WHOLE)
  const units = Math.ceil(tiles / together)
  const panels = Math.ceil(targetChannels / engine.tile.columns)
  const parts = units >= wanted ? 1 : Math.min(panels, Math.ceil(wanted / units))
  return engine.borrow((take) => {
    const filter = take(4 * PLACES * sourceChannels * targetChannels)
    const spoilt = takeFlag(engine, take)
    engine.run(
      'transformFilter',
      {
        items: panels,
        grain: Math.ceil(PIECE / (64 * sourceChannels * engine.tile.columns)),
        // Nine taps of a panel, and 4 × 3 vectors between the two sides of G W Gᵀ.
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
        top,
        left,
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
    return !isSet(engine, spoilt)
  })
}
