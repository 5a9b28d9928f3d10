import type { Engine } from './engine/engine.ts'
import type { Finish } from './finish.ts'

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

// As the classes `Plan` and `Phase` in assembly/convolution.ts.
const PLAN_BYTES = 4 * 23
const GROUP_BYTES = 4 * 10
const RUN_BYTES = 12
const AXES_BYTES = 2 * 4 * 10

/** A window of the image is read many times while it is multiplied; with its rows of the result it fits the L2 cache. */
const WINDOW_BYTES = 2 ** 18
/** Fewer pixels than this do not repay fetching the whole packed filter for them. */
const PIXELS = 512
/** With fewer channels, what padding is not multiplied is less than what it costs to tell pixels apart. */
const CHANNELS = 8
/** Below this many operations a piece of work costs more to hand over than to do. */
const PIECE = 2 ** 18

/** Convolves on an engine: the forward pass or, `turned`, the gradient with respect to the image. */
export function convolve(engine: Engine, sizes: ConvolutionSizes, places: ConvolutionPlaces, finish: Finish): void {
  const { images, sourceHeight, sourceWidth, sourceChannels, targetHeight, targetWidth, targetChannels } = sizes
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, top, left } = sizes
  const turned = sizes.turned ? 1 : 0
  const threads = engine.threads
  const v = axis(turned, targetHeight, filterHeight, strideHeight, dilationHeight, top)
  const h = axis(turned, targetWidth, filterWidth, strideWidth, dilationWidth, left)
  const windowColumns = reach(h, h.count)
  const rowBytes = 4 * sourceChannels * windowColumns
  const pads =
    v.start < 0 ||
    h.start < 0 ||
    v.start + reach(v, v.count) > sourceHeight ||
    h.start + reach(h, h.count) > sourceWidth
  const copies = pads && sourceChannels < CHANNELS

  let bandRows = Math.floor((WINDOW_BYTES / rowBytes - v.span) / v.step) + 1
  if (images < 4 * threads && threads > 1) bandRows = Math.min(bandRows, Math.ceil((v.count * images) / (4 * threads)))
  bandRows = Math.max(1, Math.min(bandRows, v.count))
  const bands = Math.ceil(v.count / bandRows)
  const windowRows = reach(v, bandRows)
  const fitting = Math.min(Math.floor(WINDOW_BYTES / (windowRows * rowBytes)), Math.ceil(PIXELS / (v.count * h.count)))
  const together = bands > 1 ? 1 : Math.max(1, Math.min(fitting, images))
  const units = bands * Math.ceil(images / together)
  const panels = Math.ceil(targetChannels / engine.tile.columns)
  const parts = threads === 1 || units >= 4 * threads ? 1 : Math.min(panels, Math.ceil((4 * threads) / units))

  const phases = turned ? strideHeight * strideWidth : 1
  const inner = filterHeight * filterWidth * sourceChannels
  const work = (2 * images * targetHeight * targetWidth * inner * targetChannels) / (turned ? phases : 1)
  engine.borrow((take) => {
    // Rows or columns of pixels are told apart by the first and by the last tap they see.
    const groups = phases * (copies ? 1 : (2 * v.taps + 1) * (2 * h.taps + 1))
    const tables = PLAN_BYTES + groups * GROUP_BYTES
    const runs = groups * v.taps * h.taps
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
      copies ? windowRows : 0,
      windowColumns,
      tables,
    ])
    const panelsAtOnce = Math.ceil(PIECE / (32 * inner * engine.tile.columns))
    engine.run('packFilter', { items: panels, grain: panelsAtOnce, scratch: AXES_BYTES }, [plan, packed, places.filter])
    const items = units * parts
    engine.run(
      'convolve',
      {
        items,
        grain: Math.ceil((PIECE * items) / work),
        scratch: copies ? together * windowRows * rowBytes : 0,
      },
      [plan, places.x, packed, places.y, finish.bias, parts, finish.mode],
      [finish.low, finish.high],
    )
  })
}

/** How the filter moves along one axis. */
interface Axis {
  /** How many steps there are, and how far the source moves with each. */
  readonly count: number
  readonly step: number
  /** The first source pixel that is read, which may lie before the image, and how many one step reaches beyond it. */
  readonly start: number
  readonly span: number
  /** How many taps of the filter a pixel can see. */
  readonly taps: number
}

function axis(turned: number, target: number, filter: number, stride: number, dilation: number, before: number): Axis {
  const extent = (filter - 1) * dilation
  if (turned === 0) return { count: target, step: stride, start: -before, span: extent, taps: filter }
  const first = Math.floor(before / stride)
  const span = Math.floor(extent / stride)
  // Every tap, or one in so many that dilation and stride meet again.
  const taps = dilation % stride === 0 ? filter : Math.ceil(filter / (dilation === 1 ? stride : 1))
  return { count: Math.floor((target - 1 + before) / stride) - first + 1, step: 1, start: first - span, span, taps }
}

/** The source pixels that `steps` steps touch. */
function reach({ step, span }: Axis, steps: number): number {
  return (steps - 1) * step + span + 1
}
