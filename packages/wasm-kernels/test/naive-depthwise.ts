import { outShape } from './naive-convolution.ts'

/** A depthwise convolution in words; `filter` is `[height, width, channels, multiplier]`. */
export interface NaiveDepthwise {
  readonly x: readonly [batch: number, height: number, width: number, channels: number]
  readonly filter: readonly [height: number, width: number, channels: number, multiplier: number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  readonly pad: readonly [number, number, number, number]
}

/** `[batch, height, width, channels · multiplier]` of the result. */
export function depthwiseShape(c: NaiveDepthwise): [number, number, number, number] {
  const [batch, height, width, multiplier] = outShape(c)
  return [batch, height, width, multiplier * c.x[3]]
}

/** The convolution and its two gradients in float64. */
export function naiveDepthwise(
  c: NaiveDepthwise,
  x: ArrayLike<number>,
  filter: ArrayLike<number>,
  dy: ArrayLike<number>,
): Readonly<Record<'y' | 'dx' | 'dw', Float64Array>> {
  const [batch, height, width, channels] = c.x
  const [filterHeight, filterWidth, , multiplier] = c.filter
  const [, outHeight, outWidth, wide] = depthwiseShape(c)
  const dx = new Float64Array(batch * height * width * channels)
  const dw = new Float64Array(filterHeight * filterWidth * wide)
  const y = new Float64Array(batch * outHeight * outWidth * wide)
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        for (let u = 0; u < filterHeight; u++) {
          for (let v = 0; v < filterWidth; v++) {
            const row = i * c.strides[0] + u * c.dilations[0] - c.pad[0]
            const column = j * c.strides[1] + v * c.dilations[1] - c.pad[2]
            if (row < 0 || row >= height || column < 0 || column >= width) continue
            for (let k = 0; k < wide; k++) {
              const pixel = ((n * height + row) * width + column) * channels + Math.floor(k / multiplier)
              const weight = (u * filterWidth + v) * wide + k
              const result = ((n * outHeight + i) * outWidth + j) * wide + k
              const g = dy[result]!
              y[result]! += x[pixel]! * filter[weight]!
              dx[pixel]! += g * filter[weight]!
              dw[weight]! += g * x[pixel]!
            }
          }
        }
      }
    }
  }
  return { y, dx, dw }
}
