import {
  adaptiveGradClip,
  addDecayedWeights,
  addNoise,
  centralize,
  clip,
  clipByBlockRms,
  clipByGlobalNorm,
  ema,
  keepParamsNonnegative,
  normalizeByUpdateNorm,
  scale,
  scaleByAdadelta,
  scaleByAdam,
  scaleByAdamax,
  scaleByAdan,
  scaleByAmsgrad,
  scaleByBelief,
  scaleByFactoredRms,
  scaleByLearningRate,
  scaleByLion,
  scaleByNovograd,
  scaleByOptimisticGradient,
  scaleByParamBlockNorm,
  scaleByParamBlockRms,
  scaleByRadam,
  scaleByRms,
  scaleByRprop,
  scaleByRss,
  scaleBySchedule,
  scaleBySign,
  scaleBySm3,
  scaleByStddev,
  scaleByTrustRatio,
  scaleByYogi,
  trace,
  zeroNans,
} from '@gg/optim'
import { transformationLaws } from '@gg/testing'

const needsParams = true
const halving = (count: number) => 0.5 ** count

transformationLaws('scale', () => scale(-0.5))
transformationLaws('scaleBySchedule', () => scaleBySchedule(halving))
transformationLaws('scaleByLearningRate', () => scaleByLearningRate(0.1), { minimizes: { parabola: 100 } })
transformationLaws('scaleByLearningRate with a schedule', () => scaleByLearningRate(halving))
transformationLaws('trace', () => trace(0.9))
transformationLaws('trace with nesterov', () => trace(0.9, { nesterov: true }))
transformationLaws('ema', () => ema(0.9))
transformationLaws('ema without debias', () => ema(0.9, { debias: false }))

transformationLaws('scaleByAdam', () => scaleByAdam())
transformationLaws('scaleByAdam with nesterov', () => scaleByAdam({ nesterov: true }))
transformationLaws('scaleByAmsgrad', () => scaleByAmsgrad())
transformationLaws('scaleByAdamax', () => scaleByAdamax())
transformationLaws('scaleByAdan', () => scaleByAdan())
transformationLaws('scaleByBelief', () => scaleByBelief())
transformationLaws('scaleByYogi', () => scaleByYogi())
transformationLaws('scaleByRadam', () => scaleByRadam())
transformationLaws('scaleByRadam from the first step', () => scaleByRadam({ b2: 0.9, threshold: 4 }))
transformationLaws('scaleByRms', () => scaleByRms())
transformationLaws('scaleByRms with bias correction', () => scaleByRms({ biasCorrection: true, epsInSqrt: false }))
transformationLaws('scaleByStddev', () => scaleByStddev())
transformationLaws('scaleByRss', () => scaleByRss())
transformationLaws('scaleByFactoredRms', () => scaleByFactoredRms())
transformationLaws('scaleByFactoredRms, factored', () => scaleByFactoredRms({ minDimSizeToFactor: 2 }))
transformationLaws('scaleByAdadelta', () => scaleByAdadelta())
transformationLaws('scaleByLion', () => scaleByLion())
transformationLaws('scaleByLion, smooth', () => scaleByLion({ mode: 'smooth' }))
transformationLaws('scaleByLion, refined', () => scaleByLion({ mode: 'refined' }))
transformationLaws('scaleByNovograd', () => scaleByNovograd())
transformationLaws('scaleByNovograd with weight decay', () => scaleByNovograd({ weightDecay: 0.1 }), { needsParams })
transformationLaws('scaleBySm3', () => scaleBySm3())
transformationLaws('scaleByRprop', () => scaleByRprop(0.1))
transformationLaws('scaleByOptimisticGradient', () => scaleByOptimisticGradient())
transformationLaws('scaleBySign', scaleBySign)

transformationLaws('scaleByTrustRatio', () => scaleByTrustRatio(), { needsParams })
transformationLaws('scaleByParamBlockNorm', () => scaleByParamBlockNorm(), { needsParams })
transformationLaws('scaleByParamBlockRms', () => scaleByParamBlockRms(), { needsParams })
transformationLaws('addDecayedWeights', () => addDecayedWeights(0.1), { needsParams })
transformationLaws('addDecayedWeights of nothing', () => addDecayedWeights())
transformationLaws('addDecayedWeights with schedule and mask', () =>
  addDecayedWeights(halving, { mask: (path) => !path.endsWith('bias') }),
)
transformationLaws('keepParamsNonnegative', keepParamsNonnegative, { needsParams })

transformationLaws('clip', () => clip(0.5))
transformationLaws('clipByGlobalNorm', () => clipByGlobalNorm(0.5))
transformationLaws('clipByBlockRms', () => clipByBlockRms(0.5))
transformationLaws('adaptiveGradClip', () => adaptiveGradClip(0.1), { needsParams })
transformationLaws('normalizeByUpdateNorm', () => normalizeByUpdateNorm())
transformationLaws('centralize', () => centralize())
transformationLaws("centralize in PyTorch's layout", () => centralize({ unitAxis: 'first' }))
transformationLaws('addNoise', () => addNoise(0.1, 0.55, { seed: 3 }))
transformationLaws('zeroNans', zeroNans)
