// The module of the kernels whose speed is the memory's: one build for every machine with SIMD.
export * from './activations'
export * from './arithmetic'
export * from './comparisons'
export * from './functions'
export * from './gg-batch-norm'
