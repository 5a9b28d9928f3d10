import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ, features, runFused } from './gg.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

test('a bias, ReLU and their gradients are those of float64', () => {
  const rows = fc.oneof(
    { weight: 40, arbitrary: fc.integer({ min: 0, max: 99 }) },
    { weight: 1, arbitrary: fc.constant(40_000) },
  )
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 13 }), fc.boolean(), fc.nat(), (rows, channels, relu, seed) => {
      tidy(() => {
        const [x, bias, dy] = [
          features([rows, channels], seed),
          features([channels], seed + 1),
          features([rows, channels], seed + 2),
        ]
        const b = bias.dataSync()
        const [y] = runFused('GgAddBias', { x, bias }, { relu })
        const sums = Array.from(x.dataSync(), (value, i) => value + b[i % channels]!)
        expect(y).toBeAllClose(relu ? sums.map((sum) => Math.max(sum, 0)) : sums)
        if (!relu) return
        const [g, dBias] = runFused('GgAddBiasGrad', { dy, y: tensor2d(y!, [rows, channels]) })
        const expected = Array.from(dy.dataSync(), (value, i) => (y![i]! > 0 ? value : 0))
        expect(g).toBeAllClose(expected)
        const totals = new Float64Array(channels)
        for (const [i, value] of expected.entries()) totals[i % channels]! += value
        expect(dBias).toBeAllClose(totals, { atol: 1e-5 * Math.sqrt(rows + 1) })
      })
    }),
    FUZZ,
  )
})

test('NaN stays, and an infinite gradient of a dead unit is NaN, as in the product', () => {
  tidy(() => {
    const x = tensor2d([Number.NaN, -1, Number.POSITIVE_INFINITY], [3, 1])
    const [y] = runFused('GgAddBias', { x, bias: tensor1d([0]) }, { relu: true })
    expect(y).toBeAllClose([Number.NaN, 0, Number.POSITIVE_INFINITY])
    const dy = tensor2d([1, Number.POSITIVE_INFINITY, 1], [3, 1])
    const [g, dBias] = runFused('GgAddBiasGrad', { dy, y: tensor2d(y!, [3, 1]) })
    expect(g).toBeAllClose([Number.NaN, Number.NaN, 1])
    expect(dBias).toBeAllClose([Number.NaN])
  })
})
