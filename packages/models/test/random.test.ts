import { createRandom, glorotUniform, heNormal, heUniform, type Initializer, lecunNormal, lenet } from '@gg/models'
import { expectNoLeak, onBackends, readVectors } from '@gg/testing'
import { moments, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logarithm } from '../src/logarithm.ts'
import { xoshiro128 } from '../src/random.ts'

interface RandomCase {
  readonly seed: number
  readonly name: string
  readonly uniform: readonly number[]
  readonly normal: readonly number[]
}

describe('createRandom', () => {
  it("is xoshiro128**: the first numbers of the authors' generator from the state 1, 2, 3, 4", () => {
    const next = xoshiro128([1, 2, 3, 4])
    expect(Array.from({ length: 5 }, next)).toEqual([11520, 0, 5927040, 70819200, 2031721883])
  })

  it.each(readVectors<{ readonly random: readonly RandomCase[] }>('models').random)(
    'draws the numbers that a program in Python draws from seed $seed, name "$name"',
    ({ seed, name, uniform, normal }) => {
      const [first, second] = [createRandom(seed, name), createRandom(seed, name)]
      expect(uniform.map(() => first.uniform())).toEqual(uniform)
      expect(normal.map(() => second.normal())).toBeAllClose(normal, { rtol: 1e-13, atol: 0 })
    },
  )

  it('has streams that differ by seed and by name', () => {
    const streams = [
      createRandom(0),
      createRandom(1),
      createRandom(2 ** 32),
      createRandom(0, 'a'),
      createRandom(0, 'b'),
    ]
    const firsts = streams.map((random) => random.uniform())
    expect(new Set(firsts).size).toBe(firsts.length)
  })

  it('is uniform on [0, 1) and normal with mean 0, variance 1 and the tails of one', () => {
    const random = createRandom(3)
    const n = 100_000
    const bins = Array<number>(10).fill(0)
    for (let i = 0; i < n; i++) {
      const u = random.uniform()
      expect(u >= 0 && u < 1 && Math.fround(u) === u).toBe(true)
      bins[Math.floor(10 * u)]!++
    }
    // χ² with 9 degrees of freedom is above 27.9 once in a thousand seeds.
    expect(bins.reduce((chi, count) => chi + (count - n / 10) ** 2 / (n / 10), 0)).toBeLessThan(27.9)
    const drawn = Array.from({ length: n }, () => random.normal())
    const mean = (f: (z: number) => number) => drawn.reduce((total, z) => total + f(z), 0) / n
    // Within four standard errors.
    expect(Math.abs(mean((z) => z))).toBeLessThan(4 / Math.sqrt(n))
    expect(Math.abs(mean((z) => z * z) - 1)).toBeLessThan(4 * Math.sqrt(2 / n))
    expect(Math.abs(mean((z) => (Math.abs(z) > 1.959964 ? 1 : 0)) - 0.05)).toBeLessThan(4 * Math.sqrt(0.0475 / n))
    expect(Math.abs(mean((z) => z ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n))
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the seed %s', (seed) => {
    const message = `createRandom: \`seed\` must be a whole number from 0 to 2^53 - 1, got ${seed}.`
    expect(() => createRandom(seed)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
    expectNoLeak(() => expect(() => lenet().init(seed)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' })))
  })

  it('takes the logarithm that Math.log takes, up to its last bits', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -48, max: 1, noNaN: true }), (x) => {
        expect(Math.abs(logarithm(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(Math.log(x))))
      }),
    )
    expect(logarithm(1)).toBe(0)
  })
})

onBackends(() => {
  describe('initializers', () => {
    const shape = [3, 3, 40, 60]
    const [fanIn, fanOut] = [360, 540]
    const cases: readonly (readonly [string, Initializer, number, number])[] = [
      ['heNormal', heNormal, 2 / fanIn, Number.POSITIVE_INFINITY],
      ['heUniform', heUniform, 2 / fanIn, Math.sqrt(6 / fanIn)],
      ['glorotUniform', glorotUniform, 2 / (fanIn + fanOut), Math.sqrt(6 / (fanIn + fanOut))],
      ['lecunNormal', lecunNormal, 1 / fanIn, Number.POSITIVE_INFINITY],
    ]

    it.each(cases)('%s has its variance and bounds', (_, initializer, variance, bound) => {
      expectNoLeak(() => {
        const kernel = initializer(shape, createRandom(5))
        expect(kernel.shape).toEqual(shape)
        expect(kernel.dtype).toBe('float32')
        const found = tidy(() => {
          const { mean, variance } = moments(kernel)
          return { mean: mean.dataSync()[0]!, variance: variance.dataSync()[0]! }
        })
        // 21,600 numbers: four standard errors of the mean and of the variance.
        expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / 21_600))
        expect(Math.abs(found.variance / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 21_600))
        expect(Math.max(...kernel.dataSync().map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound))
        kernel.dispose()
      })
    })

    it.each(cases)('%s refuses the shape of a bias', (name, initializer) => {
      const message = `${name}: \`shape\` must be that of a kernel, of rank 2 or more, got [6]. Biases start at zero.`
      expect(() => initializer([6], createRandom(0))).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT', message }),
      )
    })

    it('makes the same numbers here as anywhere', () => {
      const kernel = heNormal([2, 2], createRandom(1, 'conv1/kernel'))
      const { normal } = readVectors<{ readonly random: readonly RandomCase[] }>('models').random[1]!
      // Bit for bit: fanIn is 2, so the deviation is 1.
      expect(Array.from(kernel.dataSync())).toEqual(normal.slice(0, 4).map(Math.fround))
      kernel.dispose()
    })
  })
})
