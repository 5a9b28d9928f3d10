import { chain, type GradientTransformation } from '@gg/core'
import {
  adam,
  adamw,
  ademamix,
  adopt,
  applyEvery,
  applyIfFinite,
  conditionallyMask,
  conditionallyTransform,
  flatten,
  linearSchedule,
  lookahead,
  type MuonDimensionNumbers,
  multiSteps,
  muon,
  normalize,
  prodigy,
  reduceOnPlateau,
  rmsprop,
  sam,
  scale,
  scaleByAdemamix,
  scaleByAdopt,
  scheduleFree,
  scheduleFreeAdamw,
  scheduleFreeSgd,
  sgd,
} from '@gg/optim'
import type { Row } from './trajectory-table.ts'

const linear = (initValue: number, endValue: number, transitionSteps: number) =>
  linearSchedule({ initValue, endValue, transitionSteps })
const row = (tx: () => GradientTransformation): Row => ({ tx })
// A step of Newton-Schulz multiplies small singular values by 3.4, and rounding errors with them: after five of them
// updates of size 0.1 to 1 are right to 1e-5, parameters near 0 that are made of them no better.
const orthogonal = (tx: () => GradientTransformation): Row => ({ tx, tolerance: { atol: 1e-5 } })
const momentum = () => sgd(0.1, { momentum: 0.9 })
const kernels = (dimensionNumbers: MuonDimensionNumbers) => (_: string, leaf: { readonly rank: number }) =>
  leaf.rank === 4 ? dimensionNumbers : undefined

/** The rows of wrappers and of what optax keeps in `contrib`. */
export const wrapperTrajectories: { readonly [name: string]: Row } = {
  'chain(apply_every(3),sgd(0.1))': row(() => chain(applyEvery(3), sgd(0.1))),
  'MultiSteps(adam(0.1),3)': row(() => multiSteps(adam(0.1), 3)),
  'MultiSteps(adam(0.1),3,use_grad_mean=False)': row(() => multiSteps(adam(0.1), 3, { useGradMean: false })),
  'MultiSteps(sgd(0.1,momentum=0.9),schedule 1 then 3)': row(() =>
    multiSteps(momentum(), (step) => (step < 2 ? 1 : 3)),
  ),
  'flatten(adam(0.1))': row(() => flatten(adam(0.1))),
  'conv, 50 steps: flatten(adamw(0.01))': row(() => flatten(adamw(0.01))),
  'conditionally_transform(adam(0.1),step<3)': row(() => conditionallyTransform(adam(0.1), (step) => step < 3)),
  'conditionally_mask(adam(0.1),step%2==0)': row(() => conditionallyMask(adam(0.1), (step) => step % 2 === 0)),
  'apply_if_finite(sgd(0.1,momentum=0.9),10), nan': row(() => applyIfFinite(momentum(), 10)),
  'apply_if_finite(rmsprop(0.1),10), nan': row(() => applyIfFinite(rmsprop(0.1), 10)),
  'apply_if_finite(sgd(0.1),2), nan': row(() => applyIfFinite(sgd(0.1), 2)),
  'lookahead(sgd(0.1,momentum=0.9),3,0.5)': row(() => lookahead(momentum(), { syncPeriod: 3, slowStepSize: 0.5 })),
  'lookahead(adam(0.1),2,0.5,reset_state=True)': row(() =>
    lookahead(adam(0.1), { syncPeriod: 2, slowStepSize: 0.5, resetState: true }),
  ),

  'chain(sgd(0.1),contrib.reduce_on_plateau(factor=0.5,patience=2)), value': row(() =>
    chain(sgd(0.1), reduceOnPlateau({ factor: 0.5, patience: 2 })),
  ),
  'chain(sgd(0.1),contrib.reduce_on_plateau(0.5,1,cooldown=1,min_scale=0.2)), value': row(() =>
    chain(sgd(0.1), reduceOnPlateau({ factor: 0.5, patience: 1, cooldown: 1, minScale: 0.2 })),
  ),
  'chain(sgd(0.1),contrib.reduce_on_plateau(0.5,1,accumulation_size=2)), value': row(() =>
    chain(sgd(0.1), reduceOnPlateau({ factor: 0.5, patience: 1, accumulationSize: 2 })),
  ),

  'chain(contrib.normalize(),scale(-0.1))': row(() => chain(normalize(), scale(-0.1))),
  'contrib.sam(sgd(0.1,momentum=0.9),normalize,sgd(0.05))': row(() => sam(momentum(), chain(normalize(), sgd(0.05)))),
  'contrib.sam(...,sync_period=3,reset_state=False)': row(() =>
    sam(momentum(), sgd(0.05, { momentum: 0.5 }), { syncPeriod: 3, resetState: false }),
  ),

  'contrib.ademamix(0.1)': row(() => ademamix(0.1)),
  'conv, 50 steps: contrib.ademamix(0.01)': row(() => ademamix(0.01)),
  'contrib.ademamix(0.1,b3=linear,alpha=linear,weight_decay=0.01)': row(() =>
    ademamix(0.1, { b3: linear(0.9, 0.99, 4), alpha: linear(0, 5, 4), weightDecay: 0.01 }),
  ),
  'chain(contrib.scale_by_ademamix(),scale(-0.1))': row(() => chain(scaleByAdemamix(), scale(-0.1))),

  'contrib.adopt(0.1)': row(() => adopt(0.1)),
  'conv, 50 steps: contrib.adopt(0.01)': row(() => adopt(0.01)),
  'contrib.adopt(0.1,nesterov=True)': row(() => adopt(0.1, { nesterov: true })),
  'contrib.adopt(0.1,use_clipping=False)': row(() => adopt(0.1, { useClipping: false, b2: 0.9, eps: 0.1 })),
  'chain(contrib.scale_by_adopt(),scale(-0.1))': row(() => chain(scaleByAdopt(), scale(-0.1))),

  'contrib.schedule_free_sgd(0.1)': row(() => scheduleFreeSgd(0.1)),
  'contrib.schedule_free_sgd(0.1,warmup_steps=4,weight_decay=0.01)': row(() =>
    scheduleFreeSgd(0.1, { warmupSteps: 4, weightDecay: 0.01 }),
  ),
  'contrib.schedule_free_adamw(0.1,weight_decay=0.01)': row(() => scheduleFreeAdamw(0.1, { weightDecay: 0.01 })),
  'conv, 50 steps: contrib.schedule_free_adamw(0.01,warmup_steps=10)': row(() =>
    scheduleFreeAdamw(0.01, { warmupSteps: 10 }),
  ),
  'contrib.schedule_free(sgd(linear),linear)': row(() =>
    scheduleFree(sgd(linear(0, 0.1, 4)), linear(0, 0.1, 4), { b1: 0.8, weightLrPower: 1 }),
  ),

  'contrib.prodigy(0.1)': row(() => prodigy(0.1)),
  'conv, 50 steps: contrib.prodigy(1.0)': row(() => prodigy()),
  'contrib.prodigy(1.0,weight_decay=0.01,safeguard_warmup=True)': row(() =>
    prodigy(1, { estimLr0: 1e-3, weightDecay: 0.01, safeguardWarmup: true }),
  ),
  'contrib.prodigy(linear,beta3=0.9)': row(() => prodigy(linear(1, 0, 8), { beta3: 0.9, estimLr0: 0.01 })),

  'contrib.muon(0.1)': row(() => muon(0.1)),
  'matrices: contrib.muon(0.1)': row(() => muon(0.1)),
  'matrices: contrib.muon(0.1,nesterov=False,weight_decay=0.1,ns_steps=3)': row(() =>
    muon(0.1, { nesterov: false, weightDecay: 0.1, nsSteps: 3 }),
  ),
  'matrices: contrib.muon(0.1,adaptive=True)': orthogonal(() => muon(0.1, { adaptive: true })),
  'matrices: contrib.muon(0.1,ns_coeffs=dion,consistent_rms=0.2)': row(() =>
    muon(0.1, { nsCoeffs: 'dion', consistentRms: 0.2 }),
  ),
  'matrices: contrib.muon(0.1,preconditioning=aol,ns_steps=4)': row(() =>
    muon(0.1, { preconditioning: 'aol', nsSteps: 4 }),
  ),
  'matrices: contrib.muon(0.1,preconditioning=schatten,ns_steps=4)': row(() =>
    muon(0.1, { preconditioning: 'schatten', nsSteps: 4 }),
  ),
  'conv: contrib.muon(0.1,kernel as a matrix)': orthogonal(() =>
    muon(0.1, { weightDimensionNumbers: kernels({ reductionAxis: [0, 1, 2], outputAxis: 3 }) }),
  ),
  'conv: contrib.muon(0.1,kernel as a batch of matrices)': row(() =>
    muon(0.1, { weightDimensionNumbers: kernels({ reductionAxis: 2, outputAxis: -1 }) }),
  ),
}
