import { chain, type Tree, treeMap } from '@gg/core'
import {
  adam,
  ademamix,
  adopt,
  applyEvery,
  applyIfFinite,
  conditionallyMask,
  conditionallyTransform,
  flatten,
  globalNorm,
  linearSchedule,
  lookahead,
  measureWithEma,
  monitor,
  multiSteps,
  muon,
  normalize,
  prodigy,
  reduceOnPlateau,
  sam,
  scaleByAdam,
  scaleByAdemamix,
  scaleByAdopt,
  scaleByMuon,
  scheduleFree,
  scheduleFreeAdamw,
  scheduleFreeSgd,
  sgd,
  skipLargeUpdates,
  skipNotFinite,
  snapshot,
  trace,
} from '@gg/optim'
import { transformationLaws } from '@gg/testing'
import { mul, tensor } from '@tensorflow/tfjs-core'

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

transformationLaws('reduceOnPlateau', () => reduceOnPlateau({ patience: 1 }), { site: false, extra: { value: 1 } })
transformationLaws('normalize', () => normalize())
transformationLaws('sam', () => sam(sgd(0.1), chain(normalize(), sgd(0.01))), { needsParams: true, site: false })
transformationLaws('sam of three', () => sam(sgd(0.1), sgd(0.01), { syncPeriod: 3, resetState: false }), {
  needsParams: true,
  site: false,
  minimizes: { parabola: 200 },
})
transformationLaws('sam in opaque mode', () => sam(sgd(0.1), sgd(0.01), { opaqueMode: true }), {
  needsParams: true,
  site: false,
  extra: { gradFn: (params: Tree) => treeMap((p) => mul(p, 2), params) },
})
transformationLaws('scaleByAdemamix', () => scaleByAdemamix())
transformationLaws('ademamix', () => ademamix(0.05, { b3: 0.99 }), {
  minimizes: { parabola: 1000 },
})
transformationLaws('scaleByAdopt', () => scaleByAdopt())
transformationLaws('adopt', () => adopt(0.05), { minimizes: { parabola: 500 } })
transformationLaws('prodigy', () => prodigy(), { needsParams: true, minimizes: { parabola: 300 } })
transformationLaws('scheduleFree', () => scheduleFree(sgd(0.1), 0.1), { needsParams: true, site: false })
transformationLaws('scheduleFreeSgd', () => scheduleFreeSgd(0.1, { warmupSteps: 3 }), {
  needsParams: true,
  site: false,
  minimizes: { parabola: 300 },
})
transformationLaws('scheduleFreeAdamw', () => scheduleFreeAdamw(0.1), {
  needsParams: true,
  site: false,
  minimizes: { parabola: 500 },
})
const allRanks = (_: string, leaf: { readonly rank: number }) =>
  leaf.rank === 4 ? { reductionAxis: [0, 1, 2], outputAxis: 3 } : leaf.rank === 2 ? {} : undefined
transformationLaws('scaleByMuon', () => scaleByMuon(), {
  params: () => ({ dense: tensor([1, 2, 3, 4, 5, 6], [2, 3]) }),
  features: () => tensor([1, -2, 3, 4, 5, -6], [2, 3]),
})
transformationLaws('muon', () => muon(0.05, { weightDimensionNumbers: allRanks, weightDecay: 0.01 }), {
  needsParams: true,
  site: false,
})
transformationLaws(
  'muon without decay',
  () => muon(linearSchedule({ initValue: 0.1, endValue: 0, transitionSteps: 300 })),
  {
    minimizes: { parabola: 300 },
  },
)
