import { type Tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ, features, runFused } from './gg.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

const sizes = fc.oneof(
  { weight: 40, arbitrary: fc.integer({ min: 0, max: 99 }) },
  { weight: 1, arbitrary: fc.constant(16_384 + 3) },
)
const numbers = (t: Tensor) => t.dataSync() as Float32Array
const sigma = (x: number) => 1 / (1 + Math.exp(-x))

test('the gate is that of float64', () => {
  const temperatures = fc.constantFrom(1, 0.25, 3)
  fc.assert(
    fc.property(sizes, fc.nat(), fc.boolean(), fc.boolean(), temperatures, (size, seed, hard, relu, temperature) => {
      tidy(() => {
        const [dy, x] = [features([size], seed), features([size], seed + 1, 0, 8)]
        const activation = hard ? 'hard-sigmoid' : 'sigmoid'
        const [dx] = runFused('GgGate', { dy, x }, { activation, temperature, relu })
        const factor = (y: number) => (hard ? Math.min(Math.max(y + 3, 0), 6) / 6 : sigma(y))
        const expected = numbers(dy).map((d, i) => {
          const v = numbers(x)[i]!
          return relu && v <= 0 ? 0 : d * factor(v / temperature)
        })
        // Where the hard sigmoid begins, y + 3 is what is left of two numbers of size 3.
        expect(dx).toBeAllClose(expected, { atol: hard ? 1e-6 : 1e-9 })
      })
    }),
    FUZZ,
  )
})

const PHI: Record<string, (x: number) => readonly [number, number]> = {
  relu: (x) => [Math.max(x, 0), x > 0 ? 1 : 0],
  sigmoid: (x) => [sigma(x), sigma(x) * (1 - sigma(x))],
  tanh: (x) => [Math.tanh(x), 1 - Math.tanh(x) ** 2],
}
const SHAPE: Record<string, (x: number, a: number, b: number) => readonly [number, number]> = {
  gaussian: (x, a, b) => [b * Math.exp(a * x * x), 2 * a * x * b * Math.exp(a * x * x)],
  shiftedSigmoid: (x, a, b) => [sigma(a * x + b), a * sigma(a * x + b) * (1 - sigma(a * x + b))],
  constant: (_, a) => [a, 0],
}

test('GAAF is that of float64, in both forms, forward and backward', () => {
  const forms = fc.record({
    activation: fc.constantFrom('relu', 'sigmoid', 'tanh'),
    shape: fc.constantFrom('gaussian', 'shiftedSigmoid', 'constant'),
    literal: fc.boolean(),
    strength: fc.constantFrom(1, 0, 0.5, -2),
  })
  fc.assert(
    fc.property(sizes, fc.nat(), forms, (size, seed, { activation, shape, literal, strength }) => {
      tidy(() => {
        const [a, b] = { gaussian: [-0.25, 0.5], shiftedSigmoid: [5, 2.5], constant: [0.75, 0] }[shape]!
        // A power of two: the teeth are then the same in float32 and in float64.
        const attrs = { activation, shape, a, b, strength, K: 1024, literal }
        const [dy, x] = [features([size], seed), features([size], seed + 1, 0, 4)]
        const tooth = (v: number) => (v * 1024 - Math.floor(v * 1024) - 0.5) / 1024
        const [y] = runFused('GgAccelerate', { x }, attrs)
        const forward = Array.from(numbers(x), (v) => {
          return PHI[activation]!(v)[0] + strength * tooth(v) * SHAPE[shape]!(v, a!, b!)[0]
        })
        expect(y).toBeAllClose(forward, { atol: 2e-7 })

        const output = tensor1d(Array.from(numbers(x), (v) => PHI[activation]!(v)[0]))
        const [dx] = runFused('GgAccelerateGrad', literal ? { dy, x } : { dy, x, y: output }, attrs)
        const backward = Array.from(numbers(x), (v, i) => {
          const [s, slope] = SHAPE[shape]!(v, a!, b!)
          return numbers(dy)[i]! * (PHI[activation]!(v)[1] + strength * (literal ? s + tooth(v) * slope : s))
        })
        expect(dx).toBeAllClose(backward, { atol: 2e-6 })
      })
    }),
    FUZZ,
  )
})

test('so is the gradient of an accelerated ReLU behind a bias, and that of the bias', () => {
  const rows = fc.oneof(
    { weight: 40, arbitrary: fc.integer({ min: 0, max: 299 }) },
    { weight: 1, arbitrary: fc.constant(9000) },
  )
  const shapes = fc.constantFrom('gaussian', 'shiftedSigmoid', 'constant')
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 17 }), shapes, fc.nat(), (rows, channels, shape, seed) => {
      tidy(() => {
        const [a, b] = { gaussian: [-0.25, 0.5], shiftedSigmoid: [5, 2.5], constant: [0.75, 0] }[shape]!
        const attrs = { activation: 'relu', shape, a, b, strength: 0.5, K: 1024, literal: false }
        const [dy, x] = [features([rows, channels], seed), features([rows, channels], seed + 1, 0, 4)]
        const bias = features([channels], seed + 2)
        const [g, dBias] = runFused('GgAccelerateBiasGrad', { dy, x, bias }, attrs)
        const [weights, added] = [numbers(dy), numbers(bias)]
        const expected = Array.from(numbers(x), (v, i) => {
          const biased = Math.fround(v + added[i % channels]!)
          return weights[i]! * ((biased > 0 ? 1 : 0) + 0.5 * SHAPE[shape]!(biased, a!, b!)[0])
        })
        expect(g).toBeAllClose(expected, { atol: 2e-6 })
        const totals = new Float64Array(channels)
        for (const [i, value] of expected.entries()) totals[i % channels]! += value
        expect(dBias).toBeAllClose(totals, { atol: 1e-5 * Math.sqrt(rows + 1) })
      })
    }),
    FUZZ,
  )
})

test('behind a bias NaN shows, and where a ReLU is dead an infinite gradient comes through as far as the shape lets it', () => {
  const attrs = { activation: 'relu', shape: 'constant', a: 0, b: 0, strength: 1, K: 1024, literal: false }
  tidy(() => {
    const x = tensor2d([Number.NaN, -2, 0, 1, -2, 1, 1, 1, 1, 1], [10, 1])
    const dy = tensor2d([1, 1, 1, 1, Number.POSITIVE_INFINITY, 1, 1, 1, 1, Number.NaN], [10, 1])
    const [g, dBias] = runFused('GgAccelerateBiasGrad', { dy, x, bias: tensor1d([1]) }, attrs)
    expect(g).toBeAllClose([Number.NaN, 0, 1, 1, Number.NaN, 1, 1, 1, 1, Number.NaN])
    expect(dBias).toBeAllClose([Number.NaN])
  })
})
