import { fusedKernel } from '@gg/core'
import {
  add,
  clone,
  customGrad,
  type GradSaveFunc,
  mul,
  relu as rectify,
  step,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core'
import { type Features, type FollowedBy, rectified } from './unfinished.ts'

/** `compute()` and a bias, which wait for what follows. */
export function withBias(compute: () => Tensor, bias: Tensor1D): Features {
  // In a scope, so that the output without its bias does not wait for the end of the forward pass.
  return {
    finish: (followedBy) => tidy(() => addBias(compute(), bias, followedBy)),
    activate: (afterBias) => tidy(() => afterBias(compute(), bias)),
  }
}

/**
 * `z + b` with one number of `b` a channel, and the ReLU that follows it if any, as one node of the tape:
 *
 *     y = z + b or max(z + b, 0),   g = dy or dy ⊙ [y > 0],   ∂z = g,   ∂b = Σ g
 *
 * It keeps nothing, or with ReLU the output, which is most often kept by the next layer anyway; tfjs' own `add` keeps
 * both arguments for their shapes, and its ReLU keeps the sum.
 */
function addBias<T extends Tensor>(z: T, bias: Tensor1D, followedBy: FollowedBy = {}): T {
  const { residual, relu = false, through } = followedBy
  if (residual !== undefined) return addBiasAndResidual(z, bias, residual, followedBy)
  const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    // customGrad appends the saver to the inputs, which its type does not tell apart.
    const [z, bias, save] = args as [Tensor, Tensor1D, GradSaveFunc]
    const plain = (): Tensor[] => [relu ? rectify(add(z, bias)) : add(z, bias)]
    const [value] = fusedKernel('GgAddBias', { x: z, bias }, { relu }, plain) as [Tensor]
    if (relu) save([value])
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const [y] = saved as [Tensor?]
      if (y !== undefined && through !== undefined) {
        const g = through(dy, y)
        return [g, overRows(g)]
      }
      // A clone: tfjs disposes gradients that meet on the way back, and this one has two owners.
      return y === undefined ? [clone(dy), overRows(dy)] : gradientsBehindRelu(dy, y)
    }
    return { value, gradFunc }
  })
  return node(z, bias) as T
}

/** A sum with a shortcut between bias and ReLU: then a site in front of the ReLU sees the sum. */
function addBiasAndResidual<T extends Tensor>(
  z: T,
  bias: Tensor1D,
  residual: Tensor,
  { relu = false, through }: FollowedBy,
): T {
  const sum = add(addBias(z, bias), residual)
  return (relu ? rectified(sum, through) : sum) as T
}

function gradientsBehindRelu(dy: Tensor, y: Tensor): Tensor[] {
  return fusedKernel('GgAddBiasGrad', { dy, y }, {}, () => {
    const g = mul(dy, step(y))
    return [g, overRows(g)]
  })
}

/** The sum of each channel. */
function overRows(g: Tensor): Tensor {
  return sum(
    g,
    Array.from({ length: g.rank - 1 }, (_, axis) => axis),
  )
}
