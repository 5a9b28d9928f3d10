import { chain, type GradientTransformation, injectHyperparams, masked, partition, type State } from '@gg/core'
import {
  adam,
  adamw,
  addDecayedWeights,
  clipByGlobalNorm,
  cosineDecaySchedule,
  linearSchedule,
  scale,
  scaleByAdam,
  scaleBySchedule,
  sgd,
  trace,
} from '@gg/optim'
import type { Tolerance } from '@gg/testing'

/** How to make what optax made for an entry of vectors/optax.json. */
export interface Row {
  readonly tx: () => GradientTransformation
  /** Where 1e-5 is not kept, with the reason beside it. */
  readonly tolerance?: Tolerance
}

const linear = (initValue: number, endValue: number, transitionSteps: number) =>
  linearSchedule({ initValue, endValue, transitionSteps })
const thenSgd = (part: GradientTransformation, rate = 0.1): Row => ({ tx: () => chain(part, sgd(rate)) })
const scaled = (part: GradientTransformation): Row => ({ tx: () => chain(part, scale(-0.1)) })
const wOnly = { w: true, b: false }

/** One row for each entry, under its name. */
export const trajectoryTable: { readonly [name: string]: Row } = {
  // Classic optimizers.
  'sgd(0.1)': { tx: () => sgd(0.1) },
  'sgd(0.1,momentum=0.9)': { tx: () => sgd(0.1, { momentum: 0.9 }) },
  'sgd(0.1,momentum=0.9,nesterov=True)': { tx: () => sgd(0.1, { momentum: 0.9, nesterov: true }) },
  'sgd(cosine(0.1,6,alpha=0.1))': {
    tx: () => sgd(cosineDecaySchedule({ initValue: 0.1, decaySteps: 6, alpha: 0.1 })),
  },
  'adam(0.1)': { tx: () => adam(0.1) },
  'adam(0.1,b1=0.8,b2=0.95,eps=1e-3)': { tx: () => adam(0.1, { b1: 0.8, b2: 0.95, eps: 1e-3 }) },
  'adam(0.1,eps_root=1e-3)': { tx: () => adam(0.1, { epsRoot: 1e-3 }) },
  'adamw(0.1,weight_decay=0.01)': { tx: () => adamw(0.1, { weightDecay: 0.01 }) },
  'adamw(0.1,weight_decay=0.01,mask={w:True,b:False})': {
    tx: () => adamw(0.1, { weightDecay: 0.01, mask: wOnly }),
  },
  'scalar: adam(0.1)': { tx: () => adam(0.1) },
  'conv, 50 steps: sgd(0.01,momentum=0.9)': { tx: () => sgd(0.01, { momentum: 0.9 }) },
  'conv, 50 steps: adam(0.01)': { tx: () => adam(0.01) },
  'conv, 50 steps: adamw(0.01,weight_decay=0.01)': { tx: () => adamw(0.01, { weightDecay: 0.01 }) },

  // Parts.
  'chain(scale_by_adam(),scale(-0.1))': scaled(scaleByAdam()),
  'chain(scale_by_adam(nesterov=True),scale(-0.1))': scaled(scaleByAdam({ nesterov: true })),
  'chain(scale_by_schedule(linear 1->0 over 4),scale(-0.1))': scaled(scaleBySchedule(linear(1, 0, 4))),
  'chain(trace(0.9),scale(-0.1))': scaled(trace(0.9)),
  'chain(trace(0.9,nesterov=True),scale(-0.1))': scaled(trace(0.9, { nesterov: true })),
  'chain(clip_by_global_norm(1),adam(0.1))': { tx: () => chain(clipByGlobalNorm(1), adam(0.1)) },
  'conv: chain(clip_by_global_norm(1),sgd(0.1))': thenSgd(clipByGlobalNorm(1)),
  'add_decayed_weights(schedule) then sgd': thenSgd(addDecayedWeights(linear(0, 0.1, 5))),
  'chain(scale(0.5),add_decayed_weights(0.1),sgd(0.1))': thenSgd(chain(scale(0.5), addDecayedWeights(0.1))),

  // Combinations of the core.
  'masked(sgd(0.1),{w:True,b:False})': { tx: () => masked(sgd(0.1), wOnly) },
  'partition({w:adam(0.1),b:sgd(0.1)})': {
    tx: () => partition<{ w: State; b: State }>({ w: adam(0.1), b: sgd(0.1) }, { w: 'w', b: 'b' }),
  },
  'inject_hyperparams(sgd)(linear 1->0 over 4)': {
    tx: () => injectHyperparams(({ learningRate }) => sgd(learningRate), { learningRate: linear(1, 0, 4) }),
  },
}
