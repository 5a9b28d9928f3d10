import { chain, type Tree } from '@gg/core'
import { coAdaptation, gradientFlow, keptFraction, saturation, sensitivity } from '@gg/diagnostics'
import { transformationLaws } from '@gg/testing'
import { ones, zeros } from '@tensorflow/tfjs-core'

transformationLaws('gradientFlow', gradientFlow)
transformationLaws('gradientFlow with a decay', () => gradientFlow({ decay: 0.9 }))
transformationLaws('keptFraction', keptFraction)
transformationLaws('coAdaptation of every second update', () => coAdaptation({ every: 2 }), { needsParams: true })
transformationLaws('saturation', saturation, { needsParams: true })
transformationLaws('saturation of ReLU', () => saturation({ limits: [0, Number.POSITIVE_INFINITY], decay: 0 }), {
  needsParams: true,
})
transformationLaws('coAdaptation', coAdaptation, { needsParams: true })
transformationLaws('sensitivity', sensitivity)
transformationLaws(
  'all observers in a chain',
  () => chain(gradientFlow(), keptFraction(), saturation(), coAdaptation(), sensitivity(), gradientFlow()),
  { needsParams: true },
)
const nothing = { params: (): Tree => ({ empty: zeros([0, 3, 3, 2]), full: ones([1, 3, 3, 2]) }) }
transformationLaws(
  'all observers on a batch of nothing',
  () => chain(gradientFlow(), keptFraction(), saturation(), coAdaptation(), sensitivity()),
  nothing,
)
