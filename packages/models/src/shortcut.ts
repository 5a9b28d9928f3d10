import { avgPool, pad, type Tensor4D } from '@tensorflow/tfjs-core'
import type { Layer } from './layer.ts'

/**
 * The shortcut without parameters where a stage starts (He et al. 2016, option A): every second position, and zeros
 * for the new channels, half of them in front and half behind.
 *
 * The paper leaves open where the zeros go; this is where the implementations go whose weights are in circulation.
 */
export function paddedShortcut({ filters, stride }: { readonly filters: number; readonly stride: number }): Layer {
  return {
    kind: `every ${stride}nd, zeros`,
    site: 'output',
    describe: ([height = 0, width = 0]) => ({
      output: [Math.ceil(height / stride), Math.ceil(width / stride), filters],
    }),
    apply: (x) => {
      const front = Math.floor((filters - (x.shape[3] ?? 0)) / 2)
      const behind = filters - (x.shape[3] ?? 0) - front
      // Averages of single positions: tfjs' stridedSlice has no gradient.
      const thinned = avgPool(x as Tensor4D, 1, stride, 'valid')
      return pad(thinned, [
        [0, 0],
        [0, 0],
        [0, 0],
        [front, behind],
      ])
    },
  }
}
