import type { Engine } from './engine/engine.ts'
import type { Finish } from './finish.ts'
import { takesTiles } from './winograd.ts'
import { convolveTiles } from './winograd-convolution.ts'

/** The sizes of a convolution of images `[images, sourceHeight, sourceWidth, sourceChannels]`. */
export interface ConvolutionSizes {
  readonly images: number
  readonly sourceHeight: number
  readonly sourceWidth: number
  readonly sourceChannels: number
  readonly targetHeight: number
  readonly targetWidth: number
  readonly targetChannels: number
  readonly filterHeight: number
  readonly filterWidth: number
  readonly strideHeight: number
  readonly strideWidth: number
  readonly dilationHeight: number
  readonly dilationWidth: number
  readonly top: number
  readonly left: number
  /** Whether the source is dy and the target dx: the convolution with the turned filter. */
  readonly turned: boolean
}

/** Where things lie. */
export interface ConvolutionPlaces {
  readonly x: number
  readonly filter: number
  readonly y: number
}

// As the classes `Plan`, `Group` and `Axis` in assembly/convolution.ts.
const PLAN_BYTES = 4 * 21
const GROUP_BYTES = 4 * 10
const RUN_BYTES = 12
const AXES_BYTES = 2 * 4 * 10

/** What a unit of work reads of the source is read many times: with its part of the result it fits the L2 cache. */
const UNIT_BYTES = 2 ** 18
/** A unit has about so many pixels: then the groups at the borders fill whole tiles, and the packed filter is fetched seldom. */
const PIXELS = 4096
/** Below this many operations a piece of work costs more to hand over than to do. */
const PIECE = 2 ** 18

/** Convolves on an engine: the forward pass or, `turned`, the gradient with respect to the image. */
export function convolve(engine: Engine, sizes: ConvolutionSizes, places: ConvolutionPlaces, finish: Finish): void {
  // Where a number is not finite, the definition says which ones are not.
  if (takesTiles(sizes) && convolveTiles(engine, sizes, places, finish)) return
  const { images, sourceHeight, sourceWidth, sourceChannels, targetHeight, targetWidth, targetChannels } = sizes
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, top, left } = sizes
  const turned = sizes.turned ? 1 : 0
  const threads = engine.threads
  const v = axis(turned, targetHeight, filterHeight, strideHeight, dilationHeight, top)
  const h = axis(turned, targetWidth, filterWidth, strideWidth, dilationWidth, left)
  const rowBytes = 4 * sourceChannels * sourceWidth
  // Enough units for all threads: no sum depends on how they are cut.
  const wanted = threads === 1 ? 1 : 4 * threads
  const fitting = Math.floor((UNIT_BYTES / rowBytes - v.span - 1) / v.step) + 1
  const bandRows = Math.max(1, Math.min(fitting, Math.ceil(v.count / Math.ceil(wanted / images)), v.count))
  const bands = Math.ceil(v.count / bandRows)
  const imagesFitting = Math.floor(UNIT_BYTES / (sourceHeight * rowBytes))
  const imagesWanted = Math.min(Math.ceil(PIXELS / (v.count * h.count)), Math.ceil(images / wanted))
  const together = bands > 1 ? 1 : Math.max(1, Math.min(imagesFitting, imagesWanted))
  const units = bands * Math.ceil(images / together)
  const panels = Math.ceil(targetChannels / engine.tile.columns)
  const parts = units >= wanted ? 1 : Math.min(panels, Math.ceil(wanted / units))

  const phases = turned ? strideHeight * strideWidth : 1
  const inner = filterHeight * filterWidth * sourceChannels
  const work = (2 * images * targetHeight * targetWidth * inner * targetChannels) / (turned ? phases : 1)
  engine.borrow((take) => {
    // Rows or columns of pixels are told apart by the first and by the last tap they see.
    const groups = phases * Math.min(2 * v.taps + 1, v.count) * Math.min(2 * h.taps + 1, h.count)
    const tables = PLAN_BYTES + groups * GROUP_BYTES
    const runs = groups * v.taps * (dilationWidth === 1 ? 1 : h.taps)
    const plan = take(tables + RUN_BYTES * runs + 8 * phases * together * bandRows * h.count)
    const packed = take(16 * inner * Math.ceil(targetChannels / 4))
    engine.run('planConvolution', { items: 1, grain: 1, scratch: AXES_BYTES }, [
      plan,
      images,
      sourceHeight,
      sourceWidth,
      sourceChannels,
      targetHeight,
      targetWidth,
      targetChannels,
      filterHeight,
      filterWidth,
      strideHeight,
      strideWidth,
      dilationHeight,
      dilationWidth,
      top,
      left,
      turned,
      bandRows,
      bands,
      together,
      tables,
    ])
    const panelsAtOnce = Math.ceil(PIECE / (32 * inner * engine.tile.columns))
    engine.run('packFilter', { items: panels, grain: panelsAtOnce, scratch: AXES_BYTES }, [plan, packed, places.filter])
    const items = units * parts
    engine.run(
      'convolve',
      { items, grain: Math.ceil((PIECE * items) / work) },
      [plan, places.x, packed, places.y, finish.bias, parts, finish.mode],
      [finish.low, finish.high],
    )
  })
}

/** How the filter moves along one axis: a step of the result, and what it sees. */
interface Axis {
  readonly count: number
  /** How far the source moves with a step, and how many pixels a step sees beyond its first. */
  readonly step: number
  readonly span: number
  /** How many taps of the filter a step sees at most. */
  readonly taps: number
}

function axis(turned: number, target: number, filter: number, stride: number, dilation: number, before: number): Axis {
  const extent = (filter - 1) * dilation
  if (turned === 0) return { count: target, step: stride, span: extent, taps: filter }
  const count = Math.floor((target - 1 + before) / stride) - Math.floor(before / stride) + 1
  // Without dilation a phase sees one tap in `stride`; with it, as many as all.
  return {
    count,
    step: 1,
    span: Math.floor(extent / stride),
    taps: dilation === 1 ? Math.ceil(filter / stride) : filter,
  }
}
