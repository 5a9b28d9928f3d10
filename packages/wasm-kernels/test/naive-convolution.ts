/** A convolution in words: sizes, and where each product goes. */
export interface NaiveConvolution {
  readonly x: readonly [batch: number, height: number, width: number, channels: number]
  readonly filter: readonly [height: number, width: number, channels: number, out: number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  /** Rows and columns of zeros: above, below, left, right. */
  readonly pad: readonly [number, number, number, number]
}

/** `[batch, height, width, out]` of a convolution. */
export function outShape({ x, filter, strides, dilations, pad }: NaiveConvolution): [number, number, number, number] {
  const size = (i: number, before: number, after: number) =>
    Math.floor((x[i + 1]! + before + after - (filter[i]! - 1) * dilations[i]! - 1) / strides[i]!) + 1
  return [x[0], size(0, pad[0], pad[1]), size(1, pad[2], pad[3]), filter[3]]
}

/** Calls back with the positions of the two factors and of the number of y they add to, for every product there is. */
function forEachProduct(c: NaiveConvolution, body: (x: number, filter: number, y: number) => void): void {
  const [batch, height, width, channels] = c.x
  const [filterHeight, filterWidth, , out] = c.filter
  const [, outHeight, outWidth] = outShape(c)
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        for (let u = 0; u < filterHeight; u++) {
          for (let v = 0; v < filterWidth; v++) {
            const row = i * c.strides[0] + u * c.dilations[0] - c.pad[0]
            const column = j * c.strides[1] + v * c.dilations[1] - c.pad[2]
            if (row < 0 || row >= height || column < 0 || column >= width) continue
            for (let k = 0; k < channels; k++) {
              for (let o = 0; o < out; o++) {
                body(
                  ((n * height + row) * width + column) * channels + k,
                  ((u * filterWidth + v) * channels + k) * out + o,
                  ((n * outHeight + i) * outWidth + j) * out + o,
                )
              }
            }
          }
        }
      }
    }
  }
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

/** The convolution and its two gradients in float64. */
export function naive(
  c: NaiveConvolution,
  x: ArrayLike<number>,
  filter: ArrayLike<number>,
  dy: ArrayLike<number>,
): { readonly y: Float64Array; readonly dx: Float64Array; readonly dw: Float64Array } {
  const y = new Float64Array(size(outShape(c)))
  const dx = new Float64Array(size(c.x))
  const dw = new Float64Array(size(c.filter))
  forEachProduct(c, (i, j, k) => {
    y[k]! += x[i]! * filter[j]!
    dx[i]! += dy[k]! * filter[j]!
    dw[j]! += dy[k]! * x[i]!
  })
  return { y, dx, dw }
}
