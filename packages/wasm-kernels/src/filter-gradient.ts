import type { ConvolutionSizes } from './convolution.ts'
import type { Engine } from './engine/engine.ts'
import { takesTiles } from './winograd.ts'
import { sumTiles } from './winograd-filter-gradient.ts'

/** Where things lie. */
export interface FilterGradientPlaces {
  readonly x: number
  readonly dy: number
  readonly dw: number
}

// As the class `Plan` in assembly/filter-gradient.ts, and its constants.
const PLAN_BYTES = 4 * 24
const WIDE_PIXELS = 256
const WIDE_TILES = 12

/** What a unit reads of x and dy is read once for each tile of taps: it should stay in the L1 cache. */
const UNIT_BYTES = 28 * 2 ** 10
/** But fewer pixels than this do not repay loading and storing the sums of a tile. */
const UNIT_PIXELS = 128
/** From so many output channels on, copying what a tap sees costs less than reading it from scattered places. */
const WIDE_CHANNELS = 65
/** Blocks whose sums are kept apart, so that threads can share the work: fixed, or sums would depend on the threads. */
const BLOCKS = 16

/**
 * `dW[tap, o] = Σ_pixels x[pixel + tap] · dy[pixel, o]` on an engine, for the sizes of the convolution whose filter it is. There
 * is a pixel and a tap at least.
 */
export function filterGradient(engine: Engine, sizes: ConvolutionSizes, places: FilterGradientPlaces): void {
  // Where a number is not finite, the definition says which ones are not.
  if (takesTiles(sizes) && sumTiles(engine, sizes, places)) return
  const { images, sourceHeight: height, sourceWidth: width, sourceChannels: channels } = sizes
  const { targetHeight: outHeight, targetWidth: outWidth, targetChannels: outChannels } = sizes
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, top, left } = sizes
  const spanHeight = (filterHeight - 1) * dilationHeight + 1
  const spanWidth = (filterWidth - 1) * dilationWidth + 1
  const windowColumns = (outWidth - 1) * strideWidth + spanWidth
  const allRows = (outHeight - 1) * strideHeight + spanHeight
  const copies = top > 0 || left > 0 || allRows - top > height || windowColumns - left > width
  const taps = filterHeight * filterWidth * channels
  const pixels = images * outHeight * outWidth
  const wide = outChannels >= WIDE_CHANNELS

  const columns = copies ? windowColumns : width
  const rowBytes = 4 * (strideHeight * columns * channels + outWidth * outChannels)
  const haloBytes = 4 * (spanHeight - strideHeight) * columns * channels
  const fitting = Math.max(Math.floor((UNIT_BYTES - haloBytes) / rowBytes), Math.ceil(UNIT_PIXELS / outWidth))
  const bandRows = wide ? outHeight : Math.min(outHeight, fitting)
  const bands = Math.ceil(outHeight / bandRows)
  const windowRows = (bandRows - 1) * strideHeight + spanHeight
  const imagesFitting = Math.max(
    Math.floor(UNIT_BYTES / (outHeight * rowBytes + haloBytes)),
    Math.ceil(UNIT_PIXELS / (outHeight * outWidth)),
  )
  const together = wide || bands > 1 ? 1 : Math.min(images, imagesFitting)
  const units = bands * Math.ceil(images / together)
  const packs = !wide && outChannels % 4 !== 0
  const work = 2 * pixels * taps * outChannels
  const blocks = Math.max(1, Math.min(BLOCKS, units, Math.floor(pixels / 512), Math.floor(work / 2 ** 20)))
  const tapPitch = wide || blocks === 1 ? outChannels : Math.ceil(outChannels / 4) * 4

  engine.borrow((take) => {
    const plan = take(PLAN_BYTES + 8 * taps + 12 * together * bandRows)
    engine.run('planFilterGradient', { items: 1, grain: 1 }, [
      plan,
      images,
      height,
      width,
      channels,
      outHeight,
      outWidth,
      outChannels,
      filterHeight,
      filterWidth,
      strideHeight,
      strideWidth,
      dilationHeight,
      dilationWidth,
      top,
      left,
      bandRows,
      bands,
      together,
      copies ? windowRows : 0,
      windowColumns,
      tapPitch,
      packs ? 1 : 0,
    ])
    if (wide) {
      const { rows, columns: tileColumns } = engine.tile
      const packed = take(4 * pixels * Math.ceil(outChannels / 4) * 4)
      const panels = Math.ceil(outChannels / tileColumns)
      engine.run('packPixels', { items: panels, grain: Math.ceil(2 ** 14 / (pixels * tileColumns)) }, [
        places.dy,
        packed,
        pixels,
        outChannels,
      ])
      let x = places.x
      if (copies) {
        x = take(4 * images * windowRows * windowColumns * channels)
        const grain = Math.ceil(2 ** 14 / (windowRows * windowColumns * channels))
        engine.run('placeImages', { items: images, grain }, [plan, places.x, x])
      }
      const tiles = Math.ceil(taps / rows)
      const scratch = 16 + WIDE_TILES * rows * (8 + 4 * WIDE_PIXELS)
      engine.run('sumWideFilterGradient', { items: tiles, grain: WIDE_TILES, scratch }, [plan, x, packed, places.dw])
      return
    }
    const unitPixels = bands > 1 ? bandRows * outWidth : together * outHeight * outWidth
    const scratch =
      (copies ? 4 * together * windowRows * windowColumns * channels : 0) +
      (packs ? 4 * unitPixels * engine.tile.columns : 0)
    const pitch = taps * tapPitch
    const sums = blocks === 1 ? places.dw : take(4 * blocks * pitch)
    engine.run('sumFilterGradient', { items: blocks, grain: 1, scratch }, [
      plan,
      places.x,
      places.dy,
      sums,
      blocks,
      pitch,
    ])
    if (blocks === 1) return
    const grain = Math.ceil(2 ** 14 / (blocks * outChannels))
    engine.run('addFilterGradients', { items: taps, grain }, [places.dw, sums, tapPitch, outChannels, blocks, pitch])
  })
}
