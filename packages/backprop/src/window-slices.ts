import {
  add,
  concat,
  pad,
  type Rank,
  reshape,
  slice,
  type Tensor2D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import type { Axis } from './window-geometry.ts'

/** The map `[batch, height, width, channels]` with a border, cut to what the windows reach. */
export function fitToWindows(
  x: Tensor4D,
  axes: readonly [Axis, Axis],
  extents: readonly [number, number],
  value: number,
): Tensor4D {
  const [batch, , , channels] = x.shape
  const borders = axes.map(
    ({ size, before }, i) => [before, Math.max(0, (extents[i] as number) - size - before)] as const,
  )
  const [[top, bottom], [left, right]] = borders as [readonly [number, number], readonly [number, number]]
  const padded =
    top + bottom + left + right === 0
      ? x
      : pad(
          x,
          [
            [0, 0],
            [top, bottom],
            [left, right],
            [0, 0],
          ],
          value,
        )
  const [, height, width] = padded.shape
  if (height === extents[0] && width === extents[1]) return padded
  return slice(padded, [0, 0, 0, 0], [batch, extents[0], extents[1], channels])
}

/**
 * What each place of the window sees: for a 2 × 2 window four maps `[batch, positions, positions, channels]`, row by
 * row. Together they are the patch matrix φ(pad(Z)), one row block at a time.
 */
export function windowSlices(x: Tensor4D, axes: readonly [Axis, Axis], value: number): readonly Tensor4D[] {
  const [down, across] = axes
  // Room for one more window's stride, so that each slice is a whole number of strides.
  const extents = [
    down.window - 1 + down.positions * down.stride,
    across.window - 1 + across.positions * across.stride,
  ] as const
  const fitted = fitToWindows(x, axes, extents, value)
  const [batch, , , channels] = fitted.shape
  return places(axes).map(([i, j]) => {
    const size = [batch, down.positions * down.stride, across.positions * across.stride, channels] as const
    const from = slice(fitted, [0, i, j, 0], [...size])
    const grid = reshape(from, [batch * down.positions, down.stride, across.positions, across.stride * channels])
    const picked = slice(grid, [0, 0, 0, 0], [batch * down.positions, 1, across.positions, channels])
    return reshape(picked, [batch, down.positions, across.positions, channels])
  })
}

/** The transpose of `windowSlices`: each slice goes back to where it was taken from, and what meets is added. */
export function placeSlices(slices: readonly Tensor4D[], axes: readonly [Axis, Axis]): Tensor4D {
  const [down, across] = axes
  const [first] = slices as readonly [Tensor4D]
  const [batch, , , channels] = first.shape
  const rows = down.positions * down.stride
  const columns = across.positions * across.stride
  const height = Math.max(down.window - 1 + rows, down.before + down.size)
  const width = Math.max(across.window - 1 + columns, across.before + across.size)
  return tidy(() => {
    const room = places(axes).map(([i, j]) => [i, height - rows - i, j, width - columns - j] as const)
    const total = room.reduce<Tensor4D>(
      (sum, [top, bottom, left, right], k) => {
        const spread = spreadOut(slices[k] as Tensor4D, axes)
        return add(
          sum,
          pad(spread, [
            [0, 0],
            [top, bottom],
            [left, right],
            [0, 0],
          ]),
        )
      },
      zeros([batch, height, width, channels]),
    )
    return slice(total, [0, down.before, across.before, 0], [batch, down.size, across.size, channels])
  })
}

/** Zeros between the numbers, as many as the stride leaves out. */
function spreadOut(x: Tensor4D, [down, across]: readonly [Axis, Axis]): Tensor4D {
  const [batch, height, width, channels] = x.shape
  const cells: Tensor2D = reshape(x, [batch * height * width, channels])
  const wide = withZeros(cells, (across.stride - 1) * channels)
  const lines: Tensor2D = reshape(wide, [batch * height, width * across.stride * channels])
  const tall = withZeros(lines, (down.stride - 1) * width * across.stride * channels)
  return reshape(tall, [batch, height * down.stride, width * across.stride, channels])
}

function withZeros(rows: Tensor2D, count: number): Tensor2D {
  return count === 0 ? rows : concat([rows, zeros<Rank.R2>([rows.shape[0], count])], 1)
}

function places([down, across]: readonly [Axis, Axis]): readonly (readonly [number, number])[] {
  return Array.from({ length: down.window }, (_, i) =>
    Array.from({ length: across.window }, (_, j) => [i, j] as const),
  ).flat()
}
