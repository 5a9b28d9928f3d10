import {
  add,
  customGrad,
  div,
  type GradSaveFunc,
  mean,
  mul,
  neg,
  reshape,
  rsqrt,
  slice,
  squaredDifference,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  zeros,
} from '@tensorflow/tfjs-core'

/** Mean and biased variance of each channel over a batch, row 0 and row 1 of a tensor. No gradient flows through it. */
export function batchMoments(x: Tensor): Tensor2D {
  // As one node, so that the tape keeps none of the steps. What reaches the loss takes it as a constant: the gradient
  // of batchNormalize knows already how the moments depend on x.
  const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [{ shape }] = args as [Tensor]
    const rows = channelRows(args[0] as Tensor)
    const average = mean(rows, 0)
    const variance = mean(squaredDifference(rows, average), 0)
    return { value: stack([average, variance]), gradFunc: () => zeros(shape) }
  })
  return node(x) as Tensor2D
}

/**
 * Train-mode batch norm of the last axis over all others, as one node of the tape:
 *
 *     y = γ x̂ + β,   x̂ = (x - μ) / s,   s = √(σ² + eps)
 *     ∂β = Σ dy,   ∂γ = Σ dy x̂,   ∂x = γ/s · (dy - ∂β/N - x̂ ∂γ/N)
 *
 * (Ioffe and Szegedy 2015, sec. 3, with the terms collected), where μ and σ² are the moments of x, so that their own
 * gradients are in ∂x. tfjs' `moments` and `batchNorm` give the same by some twenty passes over x.
 *
 * Keeps x and 4 numbers a channel for the backward pass; x is most often kept by its producer anyway.
 */
export function batchNormalize<T extends Tensor>(
  x: T,
  {
    scale,
    offset,
    moments,
    eps,
  }: {
    readonly scale: Tensor1D
    readonly offset: Tensor1D
    readonly moments: Tensor2D
    readonly eps: number
  },
): T {
  const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [x, scale, offset, save] = args as [Tensor, Tensor1D, Tensor1D, GradSaveFunc]
    const { average, inverse } = standardization(moments, eps)
    save([x, scale, moments])
    const slope = mul(scale, inverse)
    const value = add(mul(x, slope), sub(offset, mul(average, slope)))
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => gradients(dy, saved as Saved, eps) }
  })
  return node(x, scale, offset) as T
}

/** Batch norm with given statistics: `y = γ (x - μ)/√(σ² + eps) + β`, differentiable in x, γ and β. */
export function normalizeWith<T extends Tensor>(
  x: T,
  {
    scale,
    offset,
    mean,
    variance,
    eps,
  }: {
    readonly scale: Tensor1D
    readonly offset: Tensor1D
    readonly mean: Tensor1D
    readonly variance: Tensor1D
    readonly eps: number
  },
): T {
  const slope = mul(scale, rsqrt(add(variance, eps)))
  return add(mul(x, slope), sub(offset, mul(mean, slope))) as T
}

type Saved = [x: Tensor, scale: Tensor1D, moments: Tensor2D]

function gradients(dy: Tensor, [x, scale, moments]: Saved, eps: number): Tensor[] {
  const { average, inverse } = standardization(moments, eps)
  const slope = mul(scale, inverse)
  const gradient = channelRows(dy)
  // Centred first: with Σ dy x - μ Σ dy in its place, what is left of two large sums would be rounding.
  const centred = sub(channelRows(x), average)
  const count = gradient.shape[0]
  const dOffset = sum(gradient, 0)
  const dScale = mul(sum(mul(gradient, centred), 0), inverse)
  const along = neg(div(mul(mul(slope, inverse), dScale), count))
  const level = neg(div(mul(slope, dOffset), count))
  const dx = add(mul(gradient, slope), add(mul(centred, along), level))
  return [reshape(dx, x.shape), dScale, dOffset]
}

function standardization(moments: Tensor2D, eps: number): { average: Tensor1D; inverse: Tensor1D } {
  const channels = moments.shape[1]
  const row = (i: number): Tensor1D => reshape(slice(moments, [i, 0], [1, channels]), [channels])
  return { average: row(0), inverse: rsqrt(add(row(1), eps)) }
}

function channelRows(x: Tensor): Tensor2D {
  return reshape(x, [-1, x.shape.at(-1) ?? 1])
}
