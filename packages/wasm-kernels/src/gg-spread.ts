import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { GRAIN, ggKernel } from './gg-kernel.ts'
import { reduction } from './reduction.ts'
import type { WasmKernel } from './wasm-kernel.ts'

/** What was reduced: its shape, the axes, and whether the gradient is that of a mean. */
interface Attrs {
  readonly shape: readonly number[]
  readonly axes: readonly number[]
  readonly mean: boolean
}

/**
 * The gradient of Sum and Mean: `dy` spread over the axes that were reduced, in one pass. Axes that do not lie together
 * are left to plain operations.
 */
export const ggSpread: WasmKernel = ggKernel<{ dy: TensorInfo }, Attrs>(
  'GgSpread',
  ({ inputs: { dy }, attrs: { shape, axes, mean }, engine, make }) => {
    const { groups, count } = reduction(shape, axes, false)
    const items = util.sizeFromShape(shape as number[])
    if (groups.length > 3 || items === 0) return []
    const [outer = 1, summed = 1, inner = 1] = groups
    if (util.sizeFromShape(dy.shape) !== outer * (groups.length === 1 ? 1 : inner)) return []
    const dx = make(shape)
    const cut = { items: items / inner, grain: Math.ceil(GRAIN / inner) }
    engine.run('spread', cut, [engine.at(dx), engine.at(dy), summed, inner, mean ? count : 1])
    return [dx]
  },
)
