import type { backend_util } from '@tensorflow/tfjs-core'

/**
 * Visits the pooling windows of every image in the order of the output. `input` is the index of the first channel
 * of a window's first pixel inside the image, `output` that of its result; `height` and `width` count the pixels
 * inside the image and are 0 or less where a window holds padding only.
 */
export function forEachWindow(
  g: ReturnType<typeof backend_util.computePool2DInfo>,
  visit: (input: number, output: number, height: number, width: number) => void,
): void {
  for (let n = 0; n < g.batchSize; n++) {
    for (let i = 0; i < g.outHeight; i++) {
      const corner = i * g.strideHeight - g.padInfo.top
      const row = Math.max(0, corner)
      const height = Math.min(g.inHeight, corner + g.filterHeight) - row
      for (let j = 0; j < g.outWidth; j++) {
        const edge = j * g.strideWidth - g.padInfo.left
        const column = Math.max(0, edge)
        const width = Math.min(g.inWidth, edge + g.filterWidth) - column
        const input = ((n * g.inHeight + row) * g.inWidth + column) * g.inChannels
        const output = ((n * g.outHeight + i) * g.outWidth + j) * g.inChannels
        visit(input, output, height, width)
      }
    }
  }
}
