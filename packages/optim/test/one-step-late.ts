import { type GradientTransformation, gradientTransformation, treeMap } from '@gg/core'
import { type ScaleByRpropState, scaleByRprop } from '@gg/optim'
import { less, mul, where, zerosLike } from '@tensorflow/tfjs-core'

/**
 * What optax 0.2.8 hands out as Rprop: the update before the last, 0 where the sign has changed since
 * (google-deepmind/optax#1725). Our state must be that of optax; vectors/optim-pytorch.json has the updates.
 */
export function oneStepLate(learningRate: number): GradientTransformation<ScaleByRpropState> {
  const rprop = scaleByRprop(learningRate)
  return gradientTransformation<ScaleByRpropState>({
    init: (params) => rprop.init(params),
    update: (updates, state) => {
      const late = treeMap((g, last) => where(less(mul(g, last), 0), zerosLike(g), last), updates, state.prevUpdates)
      return [late, rprop.update(updates, state)[1]]
    },
  })
}
