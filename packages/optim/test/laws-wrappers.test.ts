import {
  adam,
  applyEvery,
  applyIfFinite,
  conditionallyMask,
  conditionallyTransform,
  flatten,
  globalNorm,
  lookahead,
  measureWithEma,
  monitor,
  multiSteps,
  scaleByAdam,
  sgd,
  skipLargeUpdates,
  skipNotFinite,
  snapshot,
  trace,
} from '@gg/optim'
import { transformationLaws } from '@gg/testing'

transformationLaws('applyEvery', () => applyEvery(2))
transformationLaws('multiSteps', () => multiSteps(trace(0.9), 2))
transformationLaws('multiSteps of adam', () => multiSteps(adam(0.1), 2), { minimizes: { parabola: 400 } })
transformationLaws('multiSteps with skipNotFinite', () =>
  multiSteps(trace(0.9), 2, { shouldSkipUpdate: skipNotFinite, useGradMean: false }),
)
transformationLaws('multiSteps with skipLargeUpdates', () =>
  multiSteps(trace(0.9), (step) => 1 + step, { shouldSkipUpdate: skipLargeUpdates(5) }),
)
transformationLaws('applyIfFinite', () => applyIfFinite(scaleByAdam(), 2))
transformationLaws('applyIfFinite of adam', () => applyIfFinite(adam(0.1), 2), { minimizes: { parabola: 200 } })
transformationLaws('conditionallyTransform', () => conditionallyTransform(scaleByAdam(), (step) => step !== 1))
transformationLaws('conditionallyMask', () => conditionallyMask(scaleByAdam(), (step) => step !== 1))
transformationLaws('lookahead', () => lookahead(adam(0.1), { syncPeriod: 2, slowStepSize: 0.5 }), {
  needsParams: true,
  site: false,
  minimizes: { parabola: 400 },
})
transformationLaws(
  'lookahead that starts anew',
  () => lookahead(sgd(0.1, { momentum: 0.5 }), { syncPeriod: 3, slowStepSize: 0.5, resetState: true }),
  { needsParams: true, site: false, minimizes: { parabola: 200 } },
)
transformationLaws('snapshot', () => snapshot('norm', globalNorm))
transformationLaws('monitor', () => monitor({ norm: globalNorm, mean: measureWithEma(globalNorm, 0.9) }))
transformationLaws('flatten', () => flatten(scaleByAdam()))
transformationLaws('flatten of adam', () => flatten(adam(0.1)), { minimizes: { parabola: 200, rosenbrock: 2000 } })
