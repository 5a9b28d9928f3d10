// The module of the kernels whose speed is the processor's: one build for every register tile.

export { convolve, packFilter, planConvolution } from './convolution'
export { depthwise, depthwiseFilterGradient, depthwiseInputGradient, repeatChannels } from './depthwise'
export {
  addFilterGradients,
  packPixels,
  placeImages,
  planFilterGradient,
  sumFilterGradient,
  sumWideFilterGradient,
} from './filter-gradient'
export { ceiling } from './generated-tiles'
export { ggAccelerateBiasGrad } from './gg-bias-slopes'
export { ggAccelerate, ggAccelerateGrad, ggAccelerateLiteralGrad, ggGate } from './gg-slopes'
export { multiplyColumns, multiplyMatrices, multiplyRows, packMatrices } from './mat-mul'
export { convolveTiles, transformFilter } from './winograd-convolution'
export { gatherFilterGradient, sumTiles } from './winograd-filter-gradient'
