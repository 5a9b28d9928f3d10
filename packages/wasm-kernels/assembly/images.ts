import { float } from './job'

export function zeroFloats(to: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) v128.store(float(to, i), f32x4.splat(0))
  for (; i < n; i++) store<f32>(float(to, i), 0)
}

// A loop and not `memory.copy`: rows are short, and V8 calls out for it.
export function copyFloats(to: usize, source: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) v128.store(float(to, i), v128.load(float(source, i)))
  for (; i < n; i++) store<f32>(float(to, i), load<f32>(float(source, i)))
}

/**
 * Copies the window of an image `[height, width, channels]` that begins at `row`, `column`: zeros outside the image.
 * Every padding copy of the package goes through here, so what is to be done to an image on its way (a scale and a
 * shift of each channel, a ReLU) has its place here.
 */
export function placeWindow(
  to: usize,
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  row: i32,
  column: i32,
  rows: i32,
  columns: i32,
): void {
  const rowLength = columns * channels
  const before = min(max(-column, 0), columns)
  const after = min(max(column + columns - width, 0), columns)
  const inside = max(columns - before - after, 0) * channels
  const from = max(column, 0) * channels
  for (let i = 0; i < rows; i++) {
    const target = float(to, i * rowLength)
    const at = row + i
    if (at < 0 || at >= height || inside === 0) {
      zeroFloats(target, rowLength)
      continue
    }
    zeroFloats(target, before * channels)
    copyFloats(float(target, before * channels), float(image, at * width * channels + from), inside)
    zeroFloats(float(target, before * channels + inside), after * channels)
  }
}
