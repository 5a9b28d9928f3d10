import { image, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core'
import type { Axis } from './window-geometry.ts'

/** True for windows that share no number: then each number of the map has one window and one place in it. */
export function areApart(axes: readonly [Axis, Axis]): boolean {
  return axes.every(({ window, stride }) => stride >= window)
}

/** The whole cells of the grid that the windows stand in. */
export function extentsOf([down, across]: readonly [Axis, Axis]): readonly [number, number] {
  return [down.positions * down.stride, across.positions * across.stride]
}

/** Each number of a pooled map in its whole cell. */
export function enlarge(x: Tensor4D, axes: readonly [Axis, Axis]): Tensor4D {
  return image.resizeNearestNeighbor(x, [...extentsOf(axes)] as [number, number])
}

/**
 * For each number of the grid what `f` makes of its place in the window; -1 for the gaps between windows. For all
 * channels: a tensor that differs from the map in the batch alone is added ten times as fast on WASM.
 */
export function placeNumbers(
  [down, across]: readonly [Axis, Axis],
  channels: number,
  f: (place: number) => number,
): Tensor4D {
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
