import { add, customGrad, type GradSaveFunc, relu as rectify, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core'
import type { ActivationFunction } from './activation.ts'

/** What may follow a bias or a batch norm at once: the sum with a shortcut, then ReLU. */
export interface FollowedBy {
  readonly residual?: Tensor
  readonly relu?: boolean
  /** With `relu`: what a site in front of the ReLU makes of the gradient `dy` of its output `y`, that of the ReLU included. */
  readonly through?: ((dy: Tensor, y: Tensor) => Tensor) | undefined
}

/**
 * A layer's output that is not computed yet, because what follows it could be done in the same pass over memory. Where
 * a site acts in between, or another activation follows, it is finished by itself.
 */
interface Unfinished {
  finish(followedBy: FollowedBy): Tensor
  /** Where a bias is all that is missing: the output of an activation that takes the bias along. */
  activate?(afterBias: (z: Tensor, bias: Tensor1D) => Tensor): Tensor
}

/** What goes through a network while it runs. */
export type Features = Tensor | Unfinished

/** Features as a tensor. */
export function finished(features: Features): Tensor {
  return isUnfinished(features) ? features.finish({}) : features
}

/** The sum of two branches, which waits for a ReLU if the first branch does. */
export function sumOf(x: Features, y: Features): Features {
  const residual = finished(y)
  return isUnfinished(x) ? { finish: (followedBy) => x.finish({ ...followedBy, residual }) } : add(x, residual)
}

/** A site where something acts. */
export interface ActingSite {
  /** The features, whose gradient passes through what is there. */
  at(features: Tensor): Tensor
  /** See {@link FollowedBy.through}. */
  readonly through: FollowedBy['through']
}

/** Features at a site that acts; features that wait for a ReLU go on waiting where the site can be done along with it. */
export function siteOf(x: Features, { at, through }: ActingSite): Features {
  if (through === undefined || !isUnfinished(x)) return at(finished(x))
  return {
    finish: ({ residual, relu = false, through: behindSum }) => {
      if (residual === undefined) return relu ? x.finish({ relu, through }) : at(x.finish({}))
      // With a sum in between, the ReLU is not this site's, but perhaps that of the sum's.
      const sum = add(at(x.finish({})), residual)
      return relu ? rectified(sum, behindSum) : sum
    },
  }
}

/** ReLU, and a site in front of it if there is one, of a tensor. */
export function rectified(x: Tensor, through: FollowedBy['through']): Tensor {
  if (through === undefined) return rectify(x)
  return customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    // customGrad appends the saver to the inputs, which its type does not tell apart.
    const [x, save] = args as [Tensor, GradSaveFunc]
    const value = rectify(x)
    save([value])
    return { value, gradFunc: (dy: Tensor, saved: Tensor[]) => through(dy, saved[0] as Tensor) }
  })(x)
}

/** ReLU of features. */
export function reluOf(x: Features): Tensor {
  return isUnfinished(x) ? x.finish({ relu: true }) : rectify(x)
}

/** An activation of features. */
export function activated(x: Features, activation: ActivationFunction): Tensor {
  const { afterBias } = activation
  if (isUnfinished(x) && x.activate !== undefined && afterBias !== undefined) return x.activate(afterBias)
  return activation(finished(x))
}

function isUnfinished(features: Features): features is Unfinished {
  return 'finish' in features
}
