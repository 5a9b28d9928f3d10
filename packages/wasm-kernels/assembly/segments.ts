import { at, float, int } from './job'

/**
 * Adds up the slices of x that carry the same id. Arguments: y, x, ids, how many, numbers of a slice. Items: segments.
 *
 * A piece of work has segments of its own and looks at all ids, so slices are added in their order whoever adds them.
 */
export function sumSegments(args: usize, from: i32, to: i32, scratch: usize): void {
  const ids = at(args, 2)
  const count = int(args, 3)
  const size = int(args, 4)
  memory.fill(float(at(args, 0), from * size), 0, float(0, (to - from) * size))
  for (let i = 0; i < count; i++) {
    const id = load<i32>(float(ids, i))
    if (id >= from && id < to) addTo(float(at(args, 0), id * size), float(at(args, 1), i * size), size)
  }
}

function addTo(y: usize, x: usize, size: i32): void {
  let k = 0
  for (; k + 4 <= size; k += 4) v128.store(float(y, k), f32x4.add(v128.load(float(y, k)), v128.load(float(x, k))))
  for (; k < size; k++) store<f32>(float(y, k), load<f32>(float(y, k)) + load<f32>(float(x, k)))
}
