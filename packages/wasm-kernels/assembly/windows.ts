import { at, float, int } from './job'

// The description of a pooling: its result, two inputs, and the geometry.
export const IN_HEIGHT: i32 = 3
export const IN_WIDTH: i32 = 4
export const CHANNELS: i32 = 5
export const OUT_HEIGHT: i32 = 6
export const OUT_WIDTH: i32 = 7
export const FILTER_HEIGHT: i32 = 8
export const FILTER_WIDTH: i32 = 9
export const STRIDE_HEIGHT: i32 = 10
export const STRIDE_WIDTH: i32 = 11
export const TOP: i32 = 12
export const LEFT: i32 = 13

/** What is done in a window, of which only the pixels inside the image are seen. */
export abstract class Window {
  /**
   * @param pixel - Offset of the window's first pixel, in bytes.
   * @param output - Offset of the window's result, in bytes.
   * @param height - Rows inside the image; 0 where there is padding only.
   * @param width - Columns inside the image.
   * @param line - Bytes from a row of pixels to the next.
   */
  abstract run(args: usize, pixel: usize, output: usize, height: i32, width: i32, line: usize, channels: i32): void
}

/** Runs over the windows of row `row` of the outputs, the rows of all images being counted through. */
export function eachWindow<W extends Window>(args: usize, row: i32): void {
  const window = changetype<W>(0)
  const channels = int(args, CHANNELS)
  const inHeight = int(args, IN_HEIGHT)
  const inWidth = int(args, IN_WIDTH)
  const outWidth = int(args, OUT_WIDTH)
  const image = row / int(args, OUT_HEIGHT)
  const corner = (row - image * int(args, OUT_HEIGHT)) * int(args, STRIDE_HEIGHT) - int(args, TOP)
  const first = max(0, corner)
  const height = max(0, min(inHeight, corner + int(args, FILTER_HEIGHT)) - first)
  const line = float(0, inWidth * channels)
  const start = <usize>(image * inHeight + first) * line
  let output = float(0, row * outWidth * channels)
  for (let j = 0, edge = -int(args, LEFT); j < outWidth; j++, edge += int(args, STRIDE_WIDTH)) {
    const left = max(0, edge)
    const width = max(0, min(inWidth, edge + int(args, FILTER_WIDTH)) - left)
    window.run(args, start + float(0, left * channels), output, height, width, line, channels)
    output += float(0, channels)
  }
}

/** Runs over all windows of an image whose gradient, the job's result, is zero before. */
export function eachWindowOfImage<W extends Window>(args: usize, image: i32): void {
  const size = float(0, int(args, IN_HEIGHT) * int(args, IN_WIDTH) * int(args, CHANNELS))
  memory.fill(at(args, 0) + <usize>image * size, 0, size)
  const rows = int(args, OUT_HEIGHT)
  for (let i = 0; i < rows; i++) eachWindow<W>(args, image * rows + i)
}
