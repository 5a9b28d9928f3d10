import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { ggKernel } from './gg-kernel.ts'
import type { WasmKernel } from './wasm-kernel.ts'

interface LateralMaskAttrs {
  /** The kernel, row by row, and its rows. */
  readonly weights: readonly number[]
  readonly size: number
  readonly padding: 'reflect' | 'zero'
  /** 0 for a set of each channel. */
  readonly sets: number
  readonly threshold: 'std' | 'absolute' | 'keep'
  readonly value: number
}

// As in assembly/gg-lateral-mask.ts.
const COLUMNS = 16
const THRESHOLDS: readonly string[] = ['std', 'absolute', 'keep']

interface LateralMaskInputs {
  readonly [name: string]: TensorInfo | undefined
  readonly dy: TensorInfo
  /** The output of a ReLU through which the gradient comes, if it has to be taken back through one first. */
  readonly y?: TensorInfo
}

/** The gradient mask of `lateralMask` in `@gg/lateral-mask`: norms, their response to the LoG, threshold and product. */
export const ggLateralMask: WasmKernel = ggKernel<LateralMaskInputs, LateralMaskAttrs>(
  'GgLateralMask',
  ({ inputs: { dy, y }, attrs: { weights, size, padding, sets, threshold, value }, engine, make }) => {
    const [batch = 0, height = 0, width = 0, channels = 0] = dy.shape
    const count = sets === 0 ? channels : sets
    // What cannot be masked, plain operations refuse in words.
    if (dy.shape.length !== 4 || batch * height * width * channels === 0 || channels % count !== 0) return []
    if (y !== undefined && !util.arraysEqual(dy.shape, y.shape)) return []
    const dx = make(dy.shape)
    engine.borrow((take) => {
      const kernel = take(4 * weights.length)
      new Float32Array(engine.heap.memory.buffer, kernel, weights.length).set(weights)
      const radius = (size - 1) / 2
      // A mirror shows a map without its rim, so it must be larger than what is taken from it.
      const reflect = padding === 'reflect' && Math.min(height, width) > radius ? 1 : 0
      const kept = Math.max(1, Math.round(value * height * width))
      const rounding = 1e-6 * weights.reduce((total, weight) => total + Math.abs(weight), 0)
      const stride = COLUMNS * Math.ceil(width / COLUMNS) + 2 * radius
      const scratch = 1024 + 4 * (2 * (height * width + COLUMNS) + (height + 2 * radius) * stride)
      engine.run(
        'ggLateralMask',
        { items: batch, grain: 1, scratch },
        [
          ...[engine.at(dx), engine.at(dy), kernel, height, width, channels, count, size, reflect],
          ...[THRESHOLDS.indexOf(threshold), kept, y === undefined ? 0 : engine.at(y)],
        ],
        [value, rounding],
      )
    })
    return [dx]
  },
)
