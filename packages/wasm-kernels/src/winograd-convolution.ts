import type { ConvolutionPlaces, ConvolutionSizes } from './convolution.ts'
import type { Engine } from './engine/engine.ts'
import type { Finish } from './finish.ts'
import { isSet, takeFlag } from './flag.ts'
import { betweenBytes, PLACES, POINTS_BYTES, partsOf, placeBytes, tilePadding, tilesOf } from './winograd.ts'

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
  const fitting = Math.max(LEAST_TILES, UNIT_BYTES / (4 * PLACES * (sourceChannels + targetChannels)))
  const together = WHOLE * Math.ceil(Math.min(tiles, fitting) / WHOLE)
  const units = Math.ceil(tiles / together)
  const panels = Math.ceil(targetChannels / engine.tile.columns)
  const parts = partsOf(units, panels, engine.threads)
  const panelBytes = placeBytes(sourceChannels, engine.tile.columns)
  // Nine taps of a panel, and 6 × 3 vectors between the two sides of G W Gᵀ.
  const tapsBytes = 9 * panelBytes + 288
  return engine.borrow((take) => {
    const spoilt = takeFlag(engine, take)
    const transformed = units === 1 ? 0 : take(PLACES * placeBytes(sourceChannels, targetChannels))
    const turned = sizes.turned ? 1 : 0
    if (transformed !== 0) {
      engine.run(
        'transformFilter',
        { items: panels, grain: Math.ceil(PIECE / (PLACES * panelBytes)), scratch: tapsBytes },
        [places.filter, transformed, sourceChannels, targetChannels, turned],
      )
    }
    const work = 2 * PLACES * tiles * sourceChannels * targetChannels
    const items = units * parts
    engine.run(
      'convolveTiles',
      {
        items,
        grain: Math.ceil((PIECE * items) / work),
        scratch:
          PLACES * (placeBytes(together, sourceChannels) + placeBytes(together, targetChannels)) +
          POINTS_BYTES +
          betweenBytes(columns) +
          (transformed === 0 ? PLACES * panelBytes + tapsBytes : 0),
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
        places.filter,
        transformed,
        turned,
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
