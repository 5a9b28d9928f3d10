import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'

/** Sizes, strides and paddings of a pooling, as tfjs names them. */
export type PoolGeometry = ReturnType<typeof backend_util.computePool2DInfo>

/** The attributes that the pooling kernels share. */
export interface PoolAttrs {
  readonly filterSize: [number, number] | number
  readonly strides: [number, number] | number
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

/**
 * Sizes, strides and paddings of a pooling. With `dy` the output's height and width are those of `dy`: tfjs'
 * AvgPool gradient forgets `dimRoundingMode`.
 */
export function poolGeometry(x: TensorInfo, attrs: PoolAttrs, dy?: TensorInfo): PoolGeometry {
  const shape = [...x.shape] as [number, number, number, number]
  const info = backend_util.computePool2DInfo(
    shape,
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  )
  const [, outHeight = info.outHeight, outWidth = info.outWidth] = dy?.shape ?? []
  return { ...info, outHeight, outWidth }
}
