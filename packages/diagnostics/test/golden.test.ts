import { chain, disposeTree, type GradientTransformation, type State } from '@gg/core'
import {
  coAdaptation,
  gradientFlow,
  keptFraction,
  readCoAdaptation,
  readGradientFlow,
  readKeptFraction,
  readSaturation,
  readSensitivity,
  saturation,
  sensitivity,
  type WeightHistogramOptions,
  weightHistogram,
} from '@gg/diagnostics'
import { numbersOf, onBackends, readVectors } from '@gg/testing'
import { tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { mapsOf, maskedGradientsOf } from './observed-numbers.ts'

type Numbers = readonly number[]

const vectors = readVectors<{
  readonly range: readonly [number, number]
  readonly bins: number
  readonly limits: readonly [number, number]
  readonly cases: readonly {
    readonly shapes: readonly Numbers[]
    readonly decay: number
    readonly meanAbs: number
    readonly rms: number
    readonly norm: number
    readonly keptFraction: number
    readonly saturated: number
    readonly counts: Numbers
    readonly below: number
    readonly above: number
    readonly means: Numbers
    readonly deviations: Numbers
    readonly correlation: Numbers
    readonly meanAbsCorrelation: number
    readonly maxAbsCorrelation: number
    readonly sensitivity?: number
    readonly relative?: number
  }[]
  readonly histograms: readonly {
    readonly shape: Numbers
    readonly seed: number
    readonly options: WeightHistogramOptions
    readonly counts: Numbers
    readonly edges: Numbers
    readonly mean: number
    readonly deviation: number
    readonly min: number
    readonly max: number
    readonly outside: number
  }[]
}>('diagnostics')

/** The state after the batches of a case. */
function observed<S extends State>(tx: GradientTransformation<S>, shapes: readonly Numbers[]): S {
  let state: S | undefined
  shapes.forEach((shape, k) => {
    const [updates, params] = [maskedGradientsOf(shape, 2 * k + 1), mapsOf(shape, 2 * k + 2)]
    const before = state ?? tx.init(params)
    const [passed, next] = tx.update(updates, before, params)
    expect(passed).toBeAllClose(updates, { rtol: 0, atol: 0 })
    disposeTree([updates, params, passed, before])
    state = next
  })
  return state as S
}

onBackends(() => {
  describe('as NumPy, over several batches:', () => {
    it.each(vectors.cases.map((c) => [`${c.shapes.join(' | ')} decay ${c.decay}`, c] as const))('%s', async (_, c) => {
      const { decay, shapes } = c
      const { limits, bins, range } = vectors
      const tx = chain(
        gradientFlow({ decay }),
        keptFraction({ decay }),
        saturation({ decay, limits, bins, range }),
        coAdaptation({ decay }),
        sensitivity({ decay }),
      )
      const state = observed(tx, shapes)
      const [flow] = await readGradientFlow(state[0])
      const [kept] = await readKeptFraction(state[1])
      const [net] = await readSaturation(state[2])
      const [nodes] = await readCoAdaptation(state[3])
      const [curved] = await readSensitivity(state[4])
      disposeTree(state)
      expect([flow!.count, flow!.path, flow!.observer]).toEqual([shapes.length, '', 'gradientFlow'])
      expect([flow!.meanAbs, flow!.rms, flow!.norm]).toBeAllClose([c.meanAbs, c.rms, c.norm], { atol: 0 })
      expect([kept!.keptFraction, net!.saturated]).toBeAllClose([c.keptFraction, c.saturated], { atol: 0 })
      const counts = [net!.below, ...net!.fractions, net!.above, net!.nan].map((fraction) => fraction * net!.seen)
      expect(counts).toBeAllClose([c.below, ...c.counts, c.above, 0], { atol: 1e-5 })
      expect(nodes!.means).toBeAllClose(c.means)
      expect(nodes!.deviations).toBeAllClose(c.deviations, { atol: 0 })
      expect(nodes!.correlation).toBeAllClose(c.correlation)
      expect([nodes!.meanAbsCorrelation, nodes!.maxAbsCorrelation]).toBeAllClose([
        c.meanAbsCorrelation,
        c.maxAbsCorrelation,
      ])
      expect(nodes!.varying).toBe(c.means.length)
      if (c.sensitivity === undefined || c.relative === undefined) expect(curved).toBeUndefined()
      else expect([curved!.sensitivity, curved!.relative]).toBeAllClose([c.sensitivity, c.relative], { atol: 0 })
    })

    it.each(vectors.histograms.map((c) => [`${c.shape} ${JSON.stringify(c.options)}`, c] as const))(
      'weightHistogram %s',
      async (_, { shape, seed, options, counts, outside, edges, ...rest }) => {
        const kernel = numbersOf(shape, seed)
        const [found] = await weightHistogram({ layer: { kernel } }, options)
        expect([found!.path, found!.counts, found!.outside, found!.nan]).toEqual(['layer/kernel', counts, outside, 0])
        expect(found!.edges).toBeAllClose(edges, { rtol: 1e-9, atol: 1e-9 })
        const { mean, deviation, min, max } = found!
        expect([mean, deviation, min, max]).toBeAllClose([rest.mean, rest.deviation, rest.min, rest.max], {
          rtol: 1e-9,
          atol: 1e-9,
        })
        kernel.dispose()
      },
    )
  })

  it('means of a million numbers are as close as float32 lets them', async () => {
    const gradient = tensor(new Float32Array(2 ** 20).fill(0.1), [64, 128, 128])
    const state = gradientFlow().update(gradient, gradientFlow().init(gradient))[1]
    const [flow] = await readGradientFlow(state)
    expect([flow!.meanAbs, flow!.rms, flow!.norm]).toBeAllClose([0.1, 0.1, 102.4], { atol: 0 })
    disposeTree([gradient, state])
  })
})
