export { type BalancedSubsetOptions, balancedSubset } from './balanced-subset.ts'
export { type BatchesOptions, batches, type ImageBatch, type ImageBatches } from './batches.ts'
export { type ChannelStatistics, channelStatistics } from './channel-statistics.ts'
export { cifar10 } from './cifar10.ts'
export { cifar100 } from './cifar100.ts'
export { DataError, type DataErrorCode } from './data-error.ts'
export type { DatasetOptions } from './dataset-options.ts'
export { fashionMnist } from './fashion-mnist.ts'
export { type GlyphsOptions, glyphs } from './glyphs.ts'
export type { BoxedImageDataset, ImageDataset, ImageShape } from './image-dataset.ts'
export { mnist } from './mnist.ts'
export { normalization } from './normalization.ts'
export { permutation } from './permutation.ts'
export type { Cifar100Options } from './read-cifar100.ts'
export { type IdxArray, readIdx } from './read-idx.ts'
export type { Split } from './split.ts'
export { subset } from './subset.ts'
export { take } from './take.ts'
export { type TensorBatch, type ToTensorsOptions, toTensors } from './to-tensors.ts'
export {
  type TrainValidationSplit,
  type TrainValidationSplitOptions,
  trainValidationSplit,
} from './train-validation-split.ts'
