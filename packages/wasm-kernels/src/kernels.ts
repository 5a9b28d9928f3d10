import { avgPool } from './avg-pool.ts'
import { avgPoolGrad } from './avg-pool-grad.ts'
import { batchMatMul } from './batch-mat-mul.ts'
import { BINARY_KERNELS } from './binary-kernels.ts'
import { cast } from './cast.ts'
import { concat } from './concat.ts'
import { conv2D } from './conv2d.ts'
import { conv2DBackpropFilter } from './conv2d-backprop-filter.ts'
import { conv2DBackpropInput } from './conv2d-backprop-input.ts'
import { depthwiseConv2dNative } from './depthwise.ts'
import { depthwiseConv2dNativeBackpropFilter } from './depthwise-conv2d-native-backprop-filter.ts'
import { depthwiseConv2dNativeBackpropInput } from './depthwise-conv2d-native-backprop-input.ts'
import { max, min } from './extremes.ts'
import { fusedConv2d, fusedDepthwiseConv2d } from './fused-convolutions.ts'
import { fusedMatMul } from './fused-mat-mul.ts'
import { ggBatchMoments, ggBatchNormalize, ggBatchNormalizeGrad, ggRunningMoments } from './gg-batch-norm.ts'
import { ggAddBias, ggAddBiasGrad } from './gg-bias.ts'
import { ggSoftmaxCrossEntropy, ggSoftmaxCrossEntropyGrad } from './gg-cross-entropy.ts'
import { ggLateralMask } from './gg-lateral-mask.ts'
import { ggAddScaled, ggFlatten, ggScale, ggScaleByAdam, ggTrace, ggUnflatten } from './gg-optimizer.ts'
import { ggReluMaxPool, ggReluMaxPoolGrad } from './gg-relu-max-pool.ts'
import { ggAccelerate, ggAccelerateBiasGrad, ggAccelerateGrad, ggGate } from './gg-slopes.ts'
import { ggSpread } from './gg-spread.ts'
import { identity } from './identity.ts'
import { maxPool } from './max-pool.ts'
import { maxPoolGrad } from './max-pool-grad.ts'
import { mean } from './mean.ts'
import { oneHot } from './one-hot.ts'
import { padV2 } from './pad-v2.ts'
import { select } from './select.ts'
import { slice } from './slice.ts'
import { SLOPE_KERNELS } from './slope-kernels.ts'
import { SOFTMAX_KERNELS } from './softmax-kernels.ts'
import { splitV } from './split-v.ts'
import { sum } from './sum.ts'
import { tile } from './tile.ts'
import { transpose } from './transpose.ts'
import { UNARY_KERNELS } from './unary-kernels.ts'
import { unsortedSegmentSum } from './unsorted-segment-sum.ts'
import type { WasmKernel } from './wasm-kernel.ts'

/** Every kernel of the package. */
export const KERNELS: readonly WasmKernel[] = [
  avgPool,
  avgPoolGrad,
  batchMatMul,
  cast,
  concat,
  conv2D,
  conv2DBackpropFilter,
  conv2DBackpropInput,
  depthwiseConv2dNative,
  depthwiseConv2dNativeBackpropFilter,
  depthwiseConv2dNativeBackpropInput,
  fusedConv2d,
  fusedDepthwiseConv2d,
  fusedMatMul,
  ggBatchMoments,
  ggBatchNormalize,
  ggBatchNormalizeGrad,
  ggRunningMoments,
  ggAddScaled,
  ggFlatten,
  ggScale,
  ggScaleByAdam,
  ggTrace,
  ggUnflatten,
  ggAddBias,
  ggAddBiasGrad,
  ggLateralMask,
  ggSoftmaxCrossEntropy,
  ggSoftmaxCrossEntropyGrad,
  ggReluMaxPool,
  ggReluMaxPoolGrad,
  ggGate,
  ggAccelerate,
  ggAccelerateBiasGrad,
  ggAccelerateGrad,
  ggSpread,
  identity,
  max,
  maxPool,
  maxPoolGrad,
  mean,
  min,
  oneHot,
  padV2,
  select,
  slice,
  splitV,
  sum,
  tile,
  transpose,
  unsortedSegmentSum,
  ...BINARY_KERNELS,
  ...SLOPE_KERNELS,
  ...SOFTMAX_KERNELS,
  ...UNARY_KERNELS,
]
