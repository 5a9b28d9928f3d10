import type { ModelWithStats } from './model.ts'

/**
 * The multiply-adds of a model's convolutions and dense layers for one image, forward: what He et al. (2016, table 1)
 * call FLOPs. A backward pass takes about twice as many again. Batch norm, activations and pooling are not counted.
 *
 * @param model - Of any kind.
 *
 * @example
 * ```ts
 * import { countFlops, lenet, resnet18 } from '@gg/models'
 *
 * console.log(countFlops(lenet()), countFlops(resnet18())) // → 416520 1814073344
 * ```
 */
export function countFlops(model: ModelWithStats): number {
  return model.rows.reduce((total, { flops }) => total + flops, 0)
}
