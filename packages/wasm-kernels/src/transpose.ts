import { type TensorInfo, Transpose, type TransposeAttrs, type TransposeInputs, util } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { shareData } from './share-data.ts'
import { GRAIN } from './unary.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/** As in assembly/transpose.ts. */
const STRIP = 8

/**
 * Axes in another order. Axes that stay together count as one; then it is a stack of matrices that are transposed
 * (NHWC to NCHW and back), or rows that change places, or, for the rest, the stock kernel's work. Where nothing moves the
 * result shares the data of `x`.
 */
export const transpose: WasmKernel = wasmKernel<TransposeInputs, TransposeAttrs>(
  Transpose,
  ({ inputs, attrs, backend, stock }) => {
    const x = inputs.x as TensorInfo
    const engine = x.dtype === 'float32' ? engineOf(backend) : undefined
    const items = util.sizeFromShape(x.shape)
    if (engine === undefined || items === 0) return stock(inputs, attrs)
    const shape = attrs.perm.map((axis) => x.shape[axis] as number)
    const { sizes, strides } = joinedAxes(x.shape, attrs.perm)
    const rank = sizes.length
    if (rank < 2) return { ...shareData(backend, x), shape }
    const isStack = rank === (strides[0] === 1 ? 2 : 3) && strides[rank - 2] === 1
    if (!isStack && strides[rank - 1] !== 1) return stock(inputs, attrs)
    const y = backend.makeOutput(shape, 'float32')
    if (isStack) {
      const [columns, rows] = sizes.slice(-2) as [number, number]
      const strips = (items / (rows * columns)) * Math.ceil(columns / STRIP)
      const grain = Math.ceil(GRAIN / (rows * STRIP))
      engine.run('transposeStack', { items: strips, grain }, [engine.at(y), engine.at(x), rows, columns])
    } else {
      const row = sizes[rank - 1] as number
      const axes: number[] = []
      for (let i = rank - 2, step = 4 * row; i >= 0; i--) {
        axes.push(sizes[i] as number, step, 4 * (strides[i] as number))
        step *= sizes[i] as number
      }
      const ints = [engine.at(y), engine.at(x), 4 * row, rank - 1, ...axes]
      engine.run('copyRuns', { items: items / row, grain: Math.ceil(GRAIN / row) }, ints)
    }
    return y
  },
)

/** Sizes of the result's axes and how far apart their neighbours lie in `x`; those that go on in `x` are joined. */
function joinedAxes(shape: readonly number[], perm: readonly number[]): { sizes: number[]; strides: number[] } {
  const strideOf = new Array<number>(shape.length)
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strideOf[axis] = stride
    stride *= shape[axis] as number
  }
  const sizes: number[] = []
  const strides: number[] = []
  for (const axis of perm) {
    const size = shape[axis] as number
    const stride = strideOf[axis] as number
    if (size === 1) continue
    const last = sizes.length - 1
    if (last >= 0 && strides[last] === size * stride) {
      sizes[last] = (sizes[last] as number) * size
      strides[last] = stride
    } else {
      sizes.push(size)
      strides.push(stride)
    }
  }
  return { sizes, strides }
}
