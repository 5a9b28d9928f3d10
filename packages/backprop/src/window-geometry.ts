import { GradientTransformationError } from '@gg/core'

/** One number for both directions, or one for each: height, width. */
export type Size2d = number | readonly [height: number, width: number]

/** How a window goes over a map. */
export interface WindowOptions {
  /** How far the window moves; a whole number of 1 or more. */
  readonly strides?: Size2d
  /** `'valid'`: the window stays within the map. `'same'`: as many positions as the map has, over the stride. */
  readonly pad?: 'valid' | 'same'
}

/** One direction of a window that goes over a map. */
export interface Axis {
  readonly size: number
  readonly window: number
  readonly stride: number
  /** The number of positions. */
  readonly positions: number
  /** How much is added before the map; what is added behind it follows. */
  readonly before: number
}

/** Both directions, with what the arguments must be. `name` is the function that speaks in errors. */
export function windowGeometry(
  name: string,
  [height, width]: readonly [number, number],
  window: Size2d,
  { strides = 1, pad = 'valid' }: WindowOptions,
): readonly [Axis, Axis] {
  const [windowHeight, windowWidth] = pair(name, 'filterSize', window)
  const [strideHeight, strideWidth] = pair(name, 'strides', strides)
  if (pad !== 'valid' && pad !== 'same') {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      `${name}: \`pad\` must be one of 'valid', 'same', got '${String(pad)}'.`,
    )
  }
  const axes = [axis(height, windowHeight, strideHeight, pad), axis(width, windowWidth, strideWidth, pad)] as const
  if (axes[0].positions > 0 && axes[1].positions > 0) return axes
  throw new GradientTransformationError(
    'SHAPE_MISMATCH',
    `${name}: the window must fit into the map, got ${windowHeight} × ${windowWidth} for ${height} × ${width}. ` +
      "Take a smaller window, or pad: 'same'.",
  )
}

function axis(size: number, window: number, stride: number, pad: 'valid' | 'same'): Axis {
  if (pad === 'valid') {
    return { size, window, stride, positions: Math.max(0, Math.floor((size - window) / stride) + 1), before: 0 }
  }
  const positions = Math.ceil(size / stride)
  const added = Math.max(0, (positions - 1) * stride + window - size)
  return { size, window, stride, positions, before: added >> 1 }
}

function pair(name: string, argument: string, size: Size2d): readonly [number, number] {
  const both = typeof size === 'number' ? ([size, size] as const) : size
  if (both.length === 2 && both.every((n) => Number.isInteger(n) && n >= 1)) return both
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `${name}: \`${argument}\` must be a whole number of 1 or more, or two of them, got ${JSON.stringify(size)}.`,
  )
}
