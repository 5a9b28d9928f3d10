import { abs, mul, pad, relu, slice, sub, type Tensor4D } from '@tensorflow/tfjs-core'
import { consume } from './consume.ts'
import type { Axis } from './window-geometry.ts'
import { areApart, enlarge, placeNumbers } from './window-grid.ts'
import { placeSlices } from './window-slices.ts'

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
