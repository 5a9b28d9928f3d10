import { add, relu, type Tensor } from '@tensorflow/tfjs-core'

/** What may follow a bias or a batch norm at once: the sum with a shortcut, then ReLU. */
export interface FollowedBy {
  readonly residual?: Tensor
  readonly relu?: boolean
}

/**
 * A layer's output that is not computed yet, because what follows it could be done in the same pass over memory. Where
 * a site acts in between, or another activation follows, it is finished by itself.
 */
interface Unfinished {
  finish(followedBy: FollowedBy): Tensor
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
  return isUnfinished(x) ? { finish: ({ relu = false }) => x.finish({ residual, relu }) } : add(x, residual)
}

/** ReLU of features. */
export function reluOf(x: Features): Tensor {
  return isUnfinished(x) ? x.finish({ relu: true }) : relu(x)
}

function isUnfinished(features: Features): features is Unfinished {
  return 'finish' in features
}
