import {
  abs,
  add,
  cast,
  greater,
  image,
  maximum,
  maxPool,
  mul,
  pad,
  relu,
  slice,
  sub,
  type Tensor,
  type Tensor4D,
  tensor4d,
  zerosLike,
} from '@tensorflow/tfjs-core'
import type { Axis } from './window-geometry.ts'
import { fitToWindows, placeSlices, windowSlices } from './window-slices.ts'

/** Max pooling with the place of the first maximum in its window, 0 to window² - 1, row by row. Both are new. */
export interface MaximumPlaces {
  readonly pooled: Tensor4D
  readonly place: Tensor4D
}

/** Below every number of a map, and finite. */
const BELOW_ALL = -3e38
/** Makes much of the difference of any two floats, unless both are below 1e-22. */
const MAGNIFY = 2 ** 100

/** The pooled map and the places. Of what it makes on the way, no more than two maps live at a time. */
export function maximumPlaces(x: Tensor4D, axes: readonly [Axis, Axis]): MaximumPlaces {
  return areApart(axes) ? placesApart(x, axes) : placesOverlapping(x, axes)
}

/** `v · P_pool`: each gradient goes to the place that was selected. */
export function placeGradients(v: Tensor4D, place: Tensor4D, axes: readonly [Axis, Axis]): Tensor4D {
  const [down, across] = axes
  if (!areApart(axes)) {
    const slices = Array.from({ length: down.window * across.window }, (_, k) => {
      const chosen = isZero(sub(place, k))
      return consume(chosen, (mask): Tensor4D => mul(v, mask))
    })
    const placed = placeSlices(slices, axes)
    for (const each of slices) each.dispose()
    return placed
  }
  const numbers = placeNumbers(axes, v.shape[3], (k) => k)
  const off = consume(enlarge(place, axes), (full): Tensor4D => sub(full, numbers))
  numbers.dispose()
  const mask = isZero(off)
  const full = consume(enlarge(v, axes), (gradient): Tensor4D => mul(gradient, mask))
  mask.dispose()
  return consume(full, (gradient) => cutToMap(gradient, axes))
}

/** True for windows that share no number: then each number of the map has one window and one place in it. */
function areApart(axes: readonly [Axis, Axis]): boolean {
  return axes.every(({ window, stride }) => stride >= window)
}

/**
 * The map minus each window's maximum is 0 at the maxima and below 0 elsewhere. Magnified, and with numbers added that
 * fall from place to place, the largest of a window is the number of its first maximum. All of it is arithmetic on
 * whole maps, which every backend is fast at; slices of a map are not.
 */
function placesApart(x: Tensor4D, axes: readonly [Axis, Axis]): MaximumPlaces {
  const [down, across] = axes
  const last = down.window * across.window - 1
  const window: [number, number] = [down.window, across.window]
  const strides: [number, number] = [down.stride, across.stride]
  const fitted = fitToWindows(x, axes, extentsOf(axes), BELOW_ALL)
  const pooled = maxPool(fitted, window, strides, 'valid')
  const above = enlarge(pooled, axes)
  const below: Tensor4D = sub(fitted, above)
  if (fitted !== x) fitted.dispose()
  above.dispose()
  const magnified = consume(below, (difference): Tensor4D => mul(difference, MAGNIFY))
  const numbers = placeNumbers(axes, x.shape[3], (k) => last - k)
  const numbered = consume(magnified, (difference): Tensor4D => add(difference, numbers))
  numbers.dispose()
  const largest = consume(numbered, (map) => maxPool(map, window, strides, 'valid'))
  return { pooled, place: consume(largest, (number) => sub(last, number)) }
}

function placesOverlapping(x: Tensor4D, axes: readonly [Axis, Axis]): MaximumPlaces {
  const [first, ...rest] = windowSlices(x, axes, BELOW_ALL) as readonly [Tensor4D, ...Tensor4D[]]
  return rest.reduce<MaximumPlaces>(
    ({ pooled, place }, seen, k) => {
      const better = cast(greater(seen, pooled), 'float32')
      return { pooled: maximum(pooled, seen), place: add(place, mul(better, sub(k + 1, place))) }
    },
    { pooled: first, place: zerosLike(first) },
  )
}

/** The whole cells of the grid that the windows stand in. */
function extentsOf([down, across]: readonly [Axis, Axis]): readonly [number, number] {
  return [down.positions * down.stride, across.positions * across.stride]
}

/** Each number of a pooled map in its whole cell. */
function enlarge(x: Tensor4D, axes: readonly [Axis, Axis]): Tensor4D {
  return image.resizeNearestNeighbor(x, [...extentsOf(axes)] as [number, number])
}

/**
 * For each number of the grid what `f` makes of its place in the window; -1 for the gaps between windows. For all
 * channels: a tensor that differs from the map in the batch alone is added ten times as fast on WASM.
 */
function placeNumbers([down, across]: readonly [Axis, Axis], channels: number, f: (place: number) => number): Tensor4D {
  const [height, width] = extentsOf([down, across])
  const numbers = new Float32Array(height * width * channels)
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const [row, column] = [i % down.stride, j % across.stride]
      const within = row < down.window && column < across.window
      const at = (i * width + j) * channels
      numbers.fill(within ? f(row * across.window + column) : -1, at, at + channels)
    }
  }
  return tensor4d(numbers, [1, height, width, channels])
}

/** From the grid back to the map: the border goes, and where the windows did not reach there are zeros. */
function cutToMap(x: Tensor4D, [down, across]: readonly [Axis, Axis]): Tensor4D {
  const [batch, height, width, channels] = x.shape
  const [bottom, right] = [
    Math.max(0, down.before + down.size - height),
    Math.max(0, across.before + across.size - width),
  ]
  const padded =
    bottom + right === 0
      ? x
      : pad(x, [
          [0, 0],
          [0, bottom],
          [0, right],
          [0, 0],
        ])
  return slice(padded, [0, down.before, across.before, 0], [batch, down.size, across.size, channels])
}

/**
 * 1 where a whole number is 0, else 0, in place of the argument, which it disposes. Comparisons would give bool, whose
 * conversion is slow on WASM.
 */
function isZero(x: Tensor4D): Tensor4D {
  const distance = consume(x, (whole): Tensor4D => abs(whole))
  const closeness = consume(distance, (size): Tensor4D => sub(1, size))
  return consume(closeness, (rest): Tensor4D => relu(rest))
}

/** Hands a tensor over and disposes it: maps are large, and a scope would hold all of them to its end. */
function consume<T extends Tensor, R extends Tensor>(x: T, f: (x: T) => R): R {
  const result = f(x)
  x.dispose()
  return result
}
