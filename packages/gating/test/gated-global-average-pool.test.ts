import { transformGradient, valueAndGrad } from '@gg/core'
import { type GatedGlobalAveragePoolOptions, gate, gatedGlobalAveragePool } from '@gg/gating'
import { expectNoLeak, numbersOf, onBackends } from '@gg/testing'
import {
  cast,
  fill,
  mean,
  mul,
  type Rank,
  type Scalar,
  sum,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** The gradient of Σ pool(x) ⊙ g. */
const gradOf = (pool: (x: Tensor4D) => Tensor, x: Tensor4D, g: Tensor): number[] =>
  tidy(() => Array.from(valueAndGrad((x: Tensor4D) => sum(mul(pool(x), g)) as Scalar)(x).grads.dataSync()))

const everyOption: readonly GatedGlobalAveragePoolOptions[] = (['mass-preserving', 'mean'] as const).flatMap((form) =>
  (['sigmoid', 'hard-sigmoid'] as const).map((activation) => ({ form, activation })),
)

onBackends(() => {
  describe('gatedGlobalAveragePool', () => {
    it('is the mean over height and width forward', () => {
      expectNoLeak(() => {
        const x = numbersOf<Rank.R4>([2, 4, 3, 5], 1)
        const expected = mean(x, [1, 2])
        for (const options of everyOption) {
          const y = gatedGlobalAveragePool(x, options)
          expect(y.shape).toEqual([2, 5])
          expect(y).toBeAllClose(expected)
          y.dispose()
        }
        expected.dispose()
        x.dispose()
      })
    })

    it('is plain pooling behind a gate in the form of the mean', () => {
      const [x, g] = [numbersOf<Rank.R4>([2, 4, 3, 5], 1, 4), numbersOf<Rank.R2>([2, 5], 2)]
      for (const options of [{}, { temperature: 0.5 }, { activation: 'hard-sigmoid' }] as const) {
        const plain = gradOf((x) => mean(transformGradient(x, gate(options)), [1, 2]), x, g)
        expect(gradOf((x) => gatedGlobalAveragePool(x, { form: 'mean', ...options }), x, g)).toBeAllClose(plain)
      }
    })

    it('preserves the mass of the gradient, and gives more of it where the map is larger', () => {
      const map = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 6, maxLength: 6 })
      fc.assert(
        fc.property(
          map,
          fc.float({ min: Math.fround(0.01), max: 100, noNaN: true }),
          fc.boolean(),
          (values, g, hard) => {
            const x = tensor4d(values, [1, 2, 3, 1])
            const options = { activation: hard ? 'hard-sigmoid' : 'sigmoid' } as const
            const grads = gradOf((x) => gatedGlobalAveragePool(x, options), x, tensor2d([g], [1, 1]))
            expect([grads.reduce((a, b) => a + b)]).toBeAllClose([g])
            const byValue = values.map((value, i) => [value, grads[i]!] as const).toSorted(([a], [b]) => a - b)
            for (const [i, [, grad]] of byValue.entries()) {
              expect(grad).toBeGreaterThanOrEqual(0)
              if (i > 0) expect(grad).toBeGreaterThanOrEqual(byValue[i - 1]![1] - 1e-6 * g)
            }
          },
        ),
      )
    })

    it('is plain pooling for a level map', () => {
      const g = tensor2d([6, -3], [1, 2])
      const pooled = gradOf((x) => gatedGlobalAveragePool(x), fill([1, 3, 1, 2], -1.5), g)
      expect(pooled).toBeAllClose([2, -1, 2, -1, 2, -1])
    })

    it('shares evenly where every gate of a map is shut', () => {
      const x = tensor4d([-200, -4, -300, -4, -400, 4], [1, 3, 1, 2])
      const g = tensor2d([6, 3], [1, 2])
      const hard = gradOf((x) => gatedGlobalAveragePool(x, { activation: 'hard-sigmoid' }), x, g)
      expect(hard).toBeAllClose([2, 0, 2, 0, 2, 3])
      const soft = gradOf((x) => gatedGlobalAveragePool(x), x, g)
      expect([soft[0], soft[2], soft[4]]).toBeAllClose([2, 2, 2])
    })

    it('lets NaN show', () => {
      const x = tensor4d([Number.NaN, 1, 1, 1], [1, 2, 2, 1])
      for (const options of everyOption) {
        expect(gradOf((x) => gatedGlobalAveragePool(x, options), x, tensor2d([1], [1, 1]))[0]).toBeNaN()
      }
    })

    it('leaks nothing', () => {
      expectNoLeak(() => {
        const [x, g] = [numbersOf<Rank.R4>([2, 3, 3, 2], 1), numbersOf<Rank.R2>([2, 2], 2)]
        for (const options of everyOption) gradOf((x) => gatedGlobalAveragePool(x, options), x, g)
        x.dispose()
        g.dispose()
      })
    })

    it('says what is wrong, and leaks nothing when it does', () => {
      expectNoLeak(() => {
        const x = zeros<Rank.R4>([1, 2, 2, 1])
        const wrong = (features: Tensor, options: object = {}) => {
          return () => gatedGlobalAveragePool(features as Tensor4D, options)
        }
        const error = (code: string, message: RegExp) =>
          expect.objectContaining({ code, message: expect.stringMatching(message) })
        expect(wrong(x, { form: 'max' })).toThrow(error('INVALID_ARGUMENT', /`form` .* got 'max'/))
        expect(wrong(x, { activation: 'relu' })).toThrow(error('INVALID_ARGUMENT', /`activation` .* got 'relu'/))
        expect(wrong(x, { temperature: -1 })).toThrow(error('INVALID_ARGUMENT', /`temperature` .* got -1/))
        const flat = zeros([2, 3])
        expect(wrong(flat)).toThrow(error('SHAPE_MISMATCH', /\[batch, height, width, channels\] .* got \[2,3\]/))
        const empty = zeros([2, 0, 3, 1])
        expect(wrong(empty)).toThrow(error('SHAPE_MISMATCH', /at least one position, got \[2,0,3,1\]/))
        const whole = cast(x, 'int32')
        expect(wrong(whole)).toThrow(error('INVALID_ARGUMENT', /must be float32, got int32/))
        for (const tensor of [x, flat, empty, whole]) tensor.dispose()
      })
    })
  })
})
