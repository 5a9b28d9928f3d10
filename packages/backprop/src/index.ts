export { addBias } from './add-bias.ts'
export { checkpoint } from './checkpoint.ts'
export {
  type ConvolutionBackwardInputs,
  type ConvolutionGradients,
  convolutionBackward,
} from './convolution-backward.ts'
export { type DenseBackwardInputs, type DenseGradients, denseBackward } from './dense-backward.ts'
export { im2col } from './im2col.ts'
export { type LeanReluOptions, leanRelu } from './lean-relu.ts'
export { type MemoryReport, type MemorySite, measureMemory } from './measure-memory.ts'
export { poolingMatrix } from './pooling-matrix.ts'
export { type ReluMaxPoolOptions, reluMaxPool } from './relu-max-pool.ts'
export { squaredLossGradient } from './squared-loss-gradient.ts'
export type { Size2d, WindowOptions } from './window-geometry.ts'
