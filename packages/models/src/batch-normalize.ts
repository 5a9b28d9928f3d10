import { fusedKernel } from '@gg/core'
import {
  add,
  clone,
  customGrad,
  div,
  type GradSaveFunc,
  mean,
  mul,
  neg,
  relu as rectify,
  reshape,
  rsqrt,
  slice,
  squaredDifference,
  stack,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  zeros,
} from '@tensorflow/tfjs-core'
import type { FollowedBy } from './unfinished.ts'

/** Mean and biased variance of each channel over a batch, row 0 and row 1 of a tensor. No gradient flows through it. */
export function batchMoments(x: Tensor): Tensor2D {
  // As one node, so that the tape keeps none of the steps. What reaches the loss takes it as a constant: the gradient
  // of batchNormalize knows already how the moments depend on x.
  const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [x] = args as [Tensor]
    const { shape } = x
    const [value] = fusedKernel('GgBatchMoments', { x }, {}, () => [plainMoments(x)]) as [Tensor]
    return { value, gradFunc: () => zeros(shape) }
  })
  return node(x) as Tensor2D
}

/** How features are normalized. */
export interface Normalization {
  readonly scale: Tensor1D
  readonly offset: Tensor1D
  /** Mean and variance of each channel, `[2, channels]`; no gradient goes to them. */
  readonly moments: Tensor2D
  readonly eps: number
  /** Whether the moments are those of x itself, as in training. */
  readonly ofBatch: boolean
}

/**
 * Batch norm of the last axis over all others, with the sum and the ReLU that follow it if any, as one node of the tape:
 *
 *     z = γ x̂ + β (+ residual),   x̂ = (x - μ) / s,   s = √(σ² + eps),   y = z or max(z, 0)
 *     g = dy or dy ⊙ [y > 0],   ∂residual = g,   ∂β = Σ g,   ∂γ = Σ g x̂
 *     ∂x = γ/s · (g - ∂β/N - x̂ ∂γ/N)   if μ and σ² are the moments of x,   γ/s · g   if they are given
 *
 * (Ioffe and Szegedy 2015, sec. 3, with the terms collected), where the gradients of the moments of x are in ∂x. tfjs'
 * `moments` and `batchNorm` give the same by some twenty passes over x.
 *
 * Keeps x, 4 numbers a channel and, with a ReLU, y for the backward pass; x and y are most often kept by their neighbours
 * anyway.
 */
export function batchNormalize<T extends Tensor>(
  x: T,
  { scale, offset, moments, eps, ofBatch }: Normalization,
  { residual, relu = false, through }: FollowedBy = {},
): T {
  const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    // customGrad appends the saver to the inputs, which its type does not tell apart.
    const save = args.at(-1) as GradSaveFunc
    const [x, scale, offset, residual] = args.slice(0, -1) as [Tensor, Tensor1D, Tensor1D, Tensor?]
    const inputs = { x, moments, scale, offset }
    const [y] = fusedKernel(
      'GgBatchNormalize',
      residual === undefined ? inputs : { ...inputs, residual },
      { eps, relu },
      () => [plainNormalize(inputs, { ...(residual && { residual }), relu }, eps)],
    ) as [Tensor]
    save(relu ? [x, scale, moments, offset, y] : [x, scale, moments])
    const gradFunc = (above: Tensor, saved: Tensor[]): Tensor[] => {
      const [x, scale, moments, offset, kept] = saved as [Tensor, Tensor1D, Tensor2D, Tensor1D?, Tensor?]
      // A site in front of the ReLU takes the gradient back through both, and leaves no ReLU to do.
      const dy = kept !== undefined && through !== undefined ? through(above, kept) : above
      const y = dy === above ? kept : undefined
      const inputs = { dy, x, scale, moments }
      const grads = fusedKernel(
        'GgBatchNormalizeGrad',
        y === undefined || offset === undefined ? inputs : { ...inputs, offset, y },
        { eps, ofBatch, residual: y !== undefined && residual !== undefined },
        () => plainGradients({ ...inputs, ...(y && { y }) }, { eps, ofBatch, residual: residual !== undefined }),
      )
      // A clone: tfjs disposes gradients that meet on the way back, and dy is not ours.
      return residual !== undefined && grads.length === 3 ? [...grads, clone(dy)] : grads
    }
    return { value: y, gradFunc }
  })
  return (residual === undefined ? node(x, scale, offset) : node(x, scale, offset, residual)) as T
}

interface Inputs {
  readonly x: Tensor
  readonly moments: Tensor2D
  readonly scale: Tensor1D
}

function plainMoments(x: Tensor): Tensor2D {
  const rows = channelRows(x)
  const average = mean(rows, 0)
  return stack([average, mean(squaredDifference(rows, average), 0)]) as Tensor2D
}

function plainNormalize(
  { x, moments, scale, offset }: Inputs & { readonly offset: Tensor1D },
  { residual, relu }: FollowedBy,
  eps: number,
): Tensor {
  const { average, inverse } = standardization(moments, eps)
  const slope = mul(scale, inverse)
  const y = add(mul(x, slope), sub(offset, mul(average, slope)))
  const sum = residual === undefined ? y : add(y, residual)
  return relu ? rectify(sum) : sum
}

function plainGradients(
  { dy, x, moments, scale, y }: Inputs & { readonly dy: Tensor; readonly y?: Tensor },
  { eps, ofBatch, residual }: { readonly eps: number; readonly ofBatch: boolean; readonly residual: boolean },
): Tensor[] {
  const { average, inverse } = standardization(moments, eps)
  const slope = mul(scale, inverse)
  const g = y === undefined ? dy : mul(dy, step(y))
  const gradient = channelRows(g)
  // Centred first: with Σ g x - μ Σ g in its place, what is left of two large sums would be rounding.
  const centred = sub(channelRows(x), average)
  const count = gradient.shape[0]
  const dOffset = sum(gradient, 0)
  const dScale = mul(sum(mul(gradient, centred), 0), inverse)
  const along = neg(div(mul(mul(slope, inverse), dScale), count))
  const level = neg(div(mul(slope, dOffset), count))
  const through = mul(gradient, slope)
  const dx = reshape(ofBatch ? add(through, add(mul(centred, along), level)) : through, x.shape)
  return residual && y !== undefined ? [dx, dScale, dOffset, g] : [dx, dScale, dOffset]
}

function standardization(moments: Tensor2D, eps: number): { average: Tensor1D; inverse: Tensor1D } {
  const channels = moments.shape[1]
  const row = (i: number): Tensor1D => reshape(slice(moments, [i, 0], [1, channels]), [channels])
  return { average: row(0), inverse: rsqrt(add(row(1), eps)) }
}

function channelRows(x: Tensor): Tensor2D {
  return reshape(x, [-1, x.shape.at(-1) ?? 1])
}
