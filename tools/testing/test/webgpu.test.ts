import { addBias, checkpoint, leanRelu, reluMaxPool } from '@gg/backprop'
import { chain, disposeTree, featureSite, type GradientTransformation, transformGradient, valueAndGrad } from '@gg/core'
import { coAdaptation, gradientFlow, keptFraction, saturation, sensitivity, summarize } from '@gg/diagnostics'
import { accelerate } from '@gg/gaaf'
import { gate, gatedGlobalAveragePool } from '@gg/gating'
import { flowSensitivity, lateralMask, magnitudeMask, randomMask, trackKeptFraction } from '@gg/lateral-mask'
import { startWebgpu } from '@gg/native'
import '@tensorflow/tfjs-backend-cpu'
import {
  mul,
  type Scalar,
  setBackend,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tanh,
  tensor,
  tensor1d,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

const SHAPE = [2, 9, 8, 4]
const NAN = 77

type Case = (broken?: 'map' | 'gradient') => Promise<readonly number[]>

/** The gradient of features behind which `f` is; a NaN may stand in the features or in the gradient from above. */
const gradientOf =
  (f: (x: Tensor4D) => Tensor): Case =>
  async (broken) => {
    const x = numbers(SHAPE, 1, broken === 'map') as Tensor4D
    const { value, grads } = valueAndGrad((x: Tensor4D) => {
      const y = f(x)
      return sum(mul(y, numbers(y.shape, 3, broken === 'gradient'))) as Scalar
    })(x)
    const found = Array.from(await grads.data())
    disposeTree([x, value, grads])
    return found
  }
const at = (tx: GradientTransformation): Case => gradientOf((x) => transformGradient(x, tx))

/** What looks at the gradient, at the map, or at both. */
const TRANSFORMATIONS: { readonly [name: string]: GradientTransformation } = {
  gate: gate(),
  'gate, hard': gate({ activation: 'hard-sigmoid', temperature: 2 }),
  'gate, standardized': gate({ normalize: 'standardize', variant: 'per-channel', rescale: 'preserve-norm' }),
  mask: lateralMask(),
  'mask in sets': lateralMask({ sets: 2, threshold: { keep: 0.4 } }),
  'mask per cell': lateralMask({ sets: 'channels', padding: 'zero' }),
  'mask by magnitude': magnitudeMask({ threshold: { keep: 0.3 } }),
  'gate, then mask': chain(gate(), lateralMask()),
}
const CASES: { readonly [name: string]: Case } = {
  ...Object.fromEntries(Object.entries(TRANSFORMATIONS).map(([name, tx]) => [name, at(tx)])),
  'mask at random': gradientOf((x) => featureSite(randomMask({ keep: 0.5 }))(x)),
  'gated pooling': gradientOf((x) => gatedGlobalAveragePool(x)),
  'accelerated ReLU': gradientOf(accelerate('relu')),
  'accelerated tanh': gradientOf(accelerate('tanh')),
  'literal ReLU': gradientOf(accelerate('relu', { form: 'literal', K: 64 })),
  'lean pooling': gradientOf((x) => reluMaxPool(x, 2, { pad: 'same' })),
  'lean pooling, overlapping': gradientOf((x) => reluMaxPool(x, 3, { strides: 2 })),
  'lean ReLU': gradientOf((x) => leanRelu(x, { keep: 'signs' })),
  'a bias': gradientOf((x) => addBias(x, tensor1d([1, 2, 3, 4]))),
  checkpoint: gradientOf((x) => checkpoint((x: Tensor) => tanh(square(x)))(x)),
  'flow sensitivity': async () => Array.from(await flowSensitivity(numbers(SHAPE, 1)).data()),
  observers: async () => {
    const observed = chain(gradientFlow(), saturation(), coAdaptation(), sensitivity(), lateralMask(), keptFraction())
    const site = featureSite(trackKeptFraction(observed))
    await gradientOf(site)()
    const rows = await summarize({ site: site.state })
    return (
      JSON.stringify(rows)
        .match(/-?\d[\d.e-]*/g)
        ?.map(Number) ?? []
    )
  },
}

describe('on WebGPU, where nothing is read but by await,', () => {
  let missing: string | undefined
  let expected: ReadonlyMap<string, readonly number[]>
  beforeAll(async () => {
    await setBackend('cpu')
    expected = new Map(await Promise.all(Object.entries(CASES).map(async ([name, f]) => [name, await f()] as const)))
    await startWebgpu().catch((error: Error) => {
      missing = error.message
    })
  }, 120_000)

  it.for(Object.keys(CASES))('%s does what it does on cpu', { timeout: 120_000 }, async (name, { skip }) => {
    skip(missing !== undefined, `WebGPU is not there: ${missing}`)
    const found = await (CASES[name] as Case)()
    expect(found.length).toBeGreaterThan(10)
    // A shader's exponential is a few units in the last place off.
    expect(found).toBeAllClose(expected.get(name) ?? [], { atol: 2e-6 })
  })

  it.for(Object.keys(TRANSFORMATIONS))('%s shows a NaN', { timeout: 120_000 }, async (name, { skip }) => {
    skip(missing !== undefined, `WebGPU is not there: ${missing}`)
    const run = CASES[name] as Case
    expect((await run('gradient'))[NAN]).toBeNaN()
    if (name.includes('gate')) expect((await run('map'))[NAN]).toBeNaN()
  })
})

function numbers(shape: readonly number[], seed: number, broken = false): Tensor {
  const size = shape.reduce((a, b) => a * b, 1)
  const data = Float32Array.from({ length: size }, (_, i) => Math.sin(0.7 * i + 0.013 * i * i + seed))
  if (broken) data[NAN] = Number.NaN
  return tensor(data, [...shape])
}
