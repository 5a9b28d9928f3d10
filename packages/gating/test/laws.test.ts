import { type GateOptions, gate } from '@gg/gating'
import { transformationLaws } from '@gg/testing'
import { tensor, zeros } from '@tensorflow/tfjs-core'

const needsParams = true
// The variants need a batch and channels, which a bias does not have.
const maps = () => ({
  conv: tensor(
    Array.from({ length: 36 }, (_, i) => 3 * Math.cos(0.9 * i)),
    [2, 3, 3, 2],
  ),
  dense: [
    tensor(
      Array.from({ length: 12 }, (_, i) => Math.sin(1.1 * i)),
      [3, 4],
    ),
  ],
})
const laws = (name: string, options: GateOptions, params?: typeof maps): void =>
  transformationLaws(name, () => gate(options), { needsParams, ...(params && { params }) })

laws('gate', {})
laws('gate with a hard sigmoid', { activation: 'hard-sigmoid' })
laws('gate with a temperature', { temperature: 0.5 })
laws('gate that preserves the norm', { rescale: 'preserve-norm' })
laws('gate that standardizes', { normalize: 'standardize' }, maps)
laws('gate per channel', { variant: 'per-channel' }, maps)
laws('gate in space only', { variant: 'spatial-only' }, maps)
laws(
  'gate with all options',
  { activation: 'hard-sigmoid', variant: 'per-channel', normalize: 'standardize', rescale: 'preserve-norm', eps: 0.1 },
  maps,
)
transformationLaws('gate on a batch of nothing', () => gate({ rescale: 'preserve-norm' }), {
  needsParams,
  params: () => ({ empty: zeros([0, 3, 3, 2]) }),
})
