import { applyUpdates, chain, disposeTree, type GradientTransformation, namedLeaves, type State } from '@gg/core'
import { adadelta, adagrad, adam, adamax, adamw, addDecayedWeights, radam, rmsprop, rprop, sgd } from '@gg/optim'
import { onBackends, readVectors } from '@gg/testing'
import { describe, expect, it } from 'vitest'
import { goldenGrads, goldenParams } from './golden-tree.ts'

const { trajectories } = readVectors<{
  readonly trajectories: { readonly [name: string]: readonly { readonly [path: string]: readonly number[] }[] }
}>('optim-pytorch')

const leaves = [
  { path: 'w', shape: [3, 4] },
  { path: 'b', shape: [4] },
]
const momentum = 0.9

const optimizers: { readonly [name: string]: GradientTransformation } = {
  'SGD(0.1, momentum=0.9, weight_decay=0.01)': chain(addDecayedWeights(0.01), sgd(0.1, { momentum })),
  'SGD(0.1, momentum=0.9, nesterov=True)': sgd(0.1, { momentum, nesterov: true }),
  'Adam(0.1, weight_decay=0.01)': chain(addDecayedWeights(0.01), adam(0.1)),
  'AdamW(0.1, weight_decay=0.01)': adamw(0.1, { weightDecay: 0.01 }),
  'Adamax(0.1)': adamax(0.1),
  'RAdam(0.1, betas=(0.9, 0.9))': radam(0.1, { b2: 0.9 }),
  'RMSprop(0.1, momentum=0.9)': rmsprop(0.1, { decay: 0.99, epsInSqrt: false, momentum }),
  'RMSprop(0.1, centered=True)': rmsprop(0.1, { decay: 0.99, epsInSqrt: false, centered: true }),
  'Adagrad(0.1)': adagrad(0.1, { initialAccumulatorValue: 0, eps: 1e-20 }),
  'Adadelta(1)': adadelta(1),
  'Rprop(0.1)': rprop(0.1),
  'Rprop(0.5, etas=(0.4, 1.5), step_sizes=(0.1, 0.7))': rprop(0.5, {
    etaMinus: 0.4,
    etaPlus: 1.5,
    minStepSize: 0.1,
    maxStepSize: 0.7,
  }),
}

describe("PyTorch's trajectories", () => {
  it('all stand in the table', () => expect(Object.keys(optimizers).sort()).toEqual(Object.keys(trajectories).sort()))

  onBackends(() => {
    it.each(Object.entries(optimizers))('%s', (name, tx) => {
      let params = goldenParams(leaves)
      let state: State = tx.init(params)
      for (const [t, golden] of trajectories[name]!.entries()) {
        const grads = goldenGrads(leaves, t)
        const [updates, nextState] = tx.update(grads, state, params)
        const nextParams = applyUpdates(params, updates)
        disposeTree([grads, updates, state, params])
        params = nextParams
        state = nextState
        for (const [path, leaf] of namedLeaves(params)) expect(leaf, `step ${t + 1}`).toBeAllClose(golden[path]!)
      }
      disposeTree([params, state])
    })
  })
})
