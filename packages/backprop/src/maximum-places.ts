import { add, cast, greater, maximum, maxPool, mul, sub, type Tensor4D, zerosLike } from '@tensorflow/tfjs-core'
import { consume } from './consume.ts'
import type { Axis } from './window-geometry.ts'
import { areApart, enlarge, extentsOf, placeNumbers } from './window-grid.ts'
import { fitToWindows, windowSlices } from './window-slices.ts'

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
