import { disposeTree, type GradientTransformation, namedLeaves, type State } from '@gg/core'
import {
  adaptiveGradClip,
  centralize,
  clip,
  ema,
  normalizeByUpdateNorm,
  scaleByAdadelta,
  scaleByAdamax,
  scaleByAdan,
  scaleByAmsgrad,
  scaleByBelief,
  scaleByFactoredRms,
  scaleByLion,
  scaleByNovograd,
  scaleByOptimisticGradient,
  scaleByParamBlockNorm,
  scaleByParamBlockRms,
  scaleByRadam,
  scaleByRms,
  scaleByRss,
  scaleBySm3,
  scaleByStddev,
  scaleByYogi,
} from '@gg/optim'
import { onBackends, readVectors } from '@gg/testing'
import { describe, expect, it } from 'vitest'
import { type GoldenLeaf, goldenGrads, goldenParams } from './golden-tree.ts'

const { leaves, updates: golden } = readVectors<{
  readonly leaves: readonly GoldenLeaf[]
  readonly updates: { readonly [name: string]: readonly { readonly [path: string]: readonly number[] }[] }
}>('optim-parts')

const parts: { readonly [name: string]: GradientTransformation } = {
  'scale_by_lion(mode=smooth,smooth_beta=2)': scaleByLion({ mode: 'smooth', smoothBeta: 2 }),
  'scale_by_lion(0.5,0.8,mode=refined)': scaleByLion({ b1: 0.5, b2: 0.8, mode: 'refined' }),
  'scale_by_amsgrad(bias_correction_mu=False,bias_correction_nu=False)': scaleByAmsgrad({
    biasCorrectionMu: false,
    biasCorrectionNu: false,
  }),
  'scale_by_amsgrad(0.8,0.5,eps=1e-3,eps_root=1e-2)': scaleByAmsgrad({ b1: 0.8, b2: 0.5, eps: 1e-3, epsRoot: 1e-2 }),
  'scale_by_adamax(0.5,0.6,eps=0.1)': scaleByAdamax({ b1: 0.5, b2: 0.6, eps: 0.1 }),
  'scale_by_adan(0.9,0.7,0.8,eps=0.1,eps_root=0.2)': scaleByAdan({ b1: 0.9, b2: 0.7, b3: 0.8, eps: 0.1, epsRoot: 0.2 }),
  'adan of the paper': scaleByAdan({ extrapolation: 0.92 }),
  'scale_by_belief(0.8,0.9,eps=1e-2,eps_root=1e-2)': scaleByBelief({ b1: 0.8, b2: 0.9, eps: 1e-2, epsRoot: 1e-2 }),
  'scale_by_yogi(0.8,0.9,eps=1e-2,eps_root=1e-2,initial_accumulator_value=0.5)': scaleByYogi({
    b1: 0.8,
    b2: 0.9,
    eps: 1e-2,
    epsRoot: 1e-2,
    initialAccumulatorValue: 0.5,
  }),
  'scale_by_radam(0.8,0.8,eps=1e-2,eps_root=1e-2,threshold=4.1)': scaleByRadam({
    b1: 0.8,
    b2: 0.8,
    eps: 1e-2,
    epsRoot: 1e-2,
    threshold: 4.1,
  }),
  'scale_by_rms(0.7,eps=0.1,initial_scale=2,eps_in_sqrt=False,bias_correction=True)': scaleByRms({
    decay: 0.7,
    eps: 0.1,
    initialScale: 2,
    epsInSqrt: false,
    biasCorrection: true,
  }),
  'scale_by_stddev(0.7,eps=0.1,initial_scale=2,eps_in_sqrt=False,bias_correction=True)': scaleByStddev({
    decay: 0.7,
    eps: 0.1,
    initialScale: 2,
    epsInSqrt: false,
    biasCorrection: true,
  }),
  'scale_by_rss(0,eps=0.1)': scaleByRss({ initialAccumulatorValue: 0, eps: 0.1 }),
  'scale_by_adadelta(0.5,eps=0.1)': scaleByAdadelta({ rho: 0.5, eps: 0.1 }),
  'scale_by_novograd(0.5,0.7,eps=0.1,eps_root=0.2,weight_decay=0.3)': scaleByNovograd({
    b1: 0.5,
    b2: 0.7,
    eps: 0.1,
    epsRoot: 0.2,
    weightDecay: 0.3,
  }),
  'scale_by_sm3(0.5,0.8,eps=0.1)': scaleBySm3({ b1: 0.5, b2: 0.8, eps: 0.1 }),
  'scale_by_factored_rms(decay_rate=0.5,step_offset=-3,min_dim_size_to_factor=3,epsilon=0.1)': scaleByFactoredRms({
    decayRate: 0.5,
    stepOffset: -3,
    minDimSizeToFactor: 3,
    epsilon: 0.1,
  }),
  'scale_by_factored_rms(factored=False,decay_rate_fn)': scaleByFactoredRms({
    factored: false,
    minDimSizeToFactor: 2,
    decayRateFn: (step, rate) => (rate * step) / (step + 1),
  }),
  'scale_by_optimistic_gradient(0.5,0.3)': scaleByOptimisticGradient({ alpha: 0.5, beta: 0.3 }),
  'scale_by_param_block_norm(10)': scaleByParamBlockNorm({ minScale: 10 }),
  'scale_by_param_block_rms(0.7)': scaleByParamBlockRms({ minScale: 0.7 }),
  'normalize_by_update_norm(-3,eps=0.5)': normalizeByUpdateNorm({ scaleFactor: -3, eps: 0.5 }),
  'adaptive_grad_clip(0.1,eps=2,axis=0)': adaptiveGradClip(0.1, { eps: 2, axis: 0 }),
  'centralize()': centralize({ unitAxis: 'first' }),
  'clip(0.3)': clip(0.3),
  'ema(0.7)': ema(0.7),
}

describe('options of the parts', () => {
  it('all stand in the table', () => expect(Object.keys(parts).sort()).toEqual(Object.keys(golden).sort()))

  onBackends(() => {
    it.each(Object.entries(parts))('%s', (name, tx) => {
      const params = goldenParams(leaves)
      let state: State = tx.init(params)
      for (const [t, expected] of golden[name]!.entries()) {
        const grads = goldenGrads(leaves, t)
        const [updates, next] = tx.update(grads, state, params)
        for (const [path, leaf] of namedLeaves(updates))
          expect(leaf, `${path} at step ${t + 1}`).toBeAllClose(expected[path]!)
        disposeTree([grads, state, updates])
        state = next
      }
      disposeTree([params, state])
    })
  })
})
