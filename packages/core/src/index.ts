export { applyUpdates } from './apply-updates.ts'
export { chain } from './chain.ts'
export { createOptimizer, type Optimizer, type SavedOptimizer } from './create-optimizer.ts'
export { disposeTree } from './dispose-tree.ts'
export { type FeatureSite, featureSite } from './feature-site.ts'
export { freeze } from './freeze.ts'
export {
  type ExtraArgs,
  type GradientTransformation,
  type GradientTransformationDefinition,
  gradientTransformation,
  requireParams,
} from './gradient-transformation.ts'
export { GradientTransformationError, type GradientTransformationErrorCode } from './gradient-transformation-error.ts'
export { identity } from './identity.ts'
export { incrementalUpdate } from './incremental-update.ts'
export { type InjectHyperparamsState, injectHyperparams, setHyperparams } from './inject-hyperparams.ts'
export { type Mask, masked } from './masked.ts'
export { namedChain } from './named-chain.ts'
export { partition } from './partition.ts'
export type { PerLeaf, PrefixTree } from './prefix-tree.ts'
export { loadState, type SavedArray, type SavedState, saveState } from './save-state.ts'
export type { Schedule } from './schedule.ts'
export { setToZero } from './set-to-zero.ts'
export type { EmptyState, State } from './state.ts'
export { stateless, statelessWithTreeMap } from './stateless.ts'
export { toTfOptimizer } from './to-tf-optimizer.ts'
export { transformGradient } from './transform-gradient.ts'
export type { Tree } from './tree.ts'
export { namedLeaves, treeLeaves, treeUnflatten, treeZip } from './tree-leaves.ts'
export { treeMap, treeMapWithPath } from './tree-map.ts'
export { type ValueAndGrads, type ValueGradsAndAux, valueAndGrad } from './value-and-grad.ts'
export { withExtraArgs } from './with-extra-args.ts'
