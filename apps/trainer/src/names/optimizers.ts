import { chain, type GradientTransformation, identity, type Schedule } from '@gg/core'
import { adam, adamw, addDecayedWeights, clipByGlobalNorm, sgd } from '@gg/optim'
import type { Tensor } from '@tensorflow/tfjs-core'

/** An optimizer by the name that `--optimizer` takes. */
export type OptimizerName = 'adam' | 'adamw' | 'momentum' | 'sgd'

/** An optimizer that can be asked for. */
export interface OptimizerEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** The learning rate unless one is given. */
  readonly learningRate: number
  /** The weight decay unless one is given; nothing for an optimizer that takes none. */
  readonly weightDecay?: number
  create(learningRate: Schedule, weightDecay: number): GradientTransformation
}

// Biases do not decay: they are few, and pulling them to 0 says nothing about how smooth the function is.
const mask = (_: string, leaf: Tensor): boolean => leaf.rank > 1

/** The optimizers there are. */
export const OPTIMIZERS: Readonly<Record<OptimizerName, OptimizerEntry>> = {
  adam: {
    summary: 'Adam (Kingma & Ba 2015)',
    learningRate: 0.004,
    create: (learningRate) => adam(learningRate),
  },
  adamw: {
    summary: 'Adam with decoupled weight decay (Loshchilov & Hutter 2019), 1e-4 unless given',
    learningRate: 0.004,
    weightDecay: 1e-4,
    create: (learningRate, weightDecay) => adamw(learningRate, { weightDecay, mask }),
  },
  momentum: {
    summary: 'stochastic gradient descent with momentum 0.9; weight decay is L2 regularization',
    learningRate: 0.02,
    weightDecay: 0,
    create: (learningRate, weightDecay) =>
      chain(addDecayedWeights(weightDecay, { mask }), sgd(learningRate, { momentum: 0.9 })),
  },
  sgd: {
    summary: 'stochastic gradient descent; weight decay is L2 regularization',
    learningRate: 0.1,
    weightDecay: 0,
    create: (learningRate, weightDecay) => chain(addDecayedWeights(weightDecay, { mask }), sgd(learningRate)),
  },
}

/** What the optimizer's settings make of them: clipping, if asked for, then the optimizer. */
export function createUpdateRule(
  name: OptimizerName,
  settings: { readonly learningRate: Schedule; readonly weightDecay: number; readonly clip: number | null },
): GradientTransformation {
  const { learningRate, weightDecay, clip } = settings
  return chain(clip === null ? identity() : clipByGlobalNorm(clip), OPTIMIZERS[name].create(learningRate, weightDecay))
}
