import { expectNoLeak } from '@gg/testing'
import { dispose, type Tensor, tensor } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACTIVATIONS, LEAKY_SLOPE } from './activations.ts'
import { forEachBuild } from './for-each-build.ts'
import { FUZZ } from './fuzz.ts'
import { type NaiveConvolution, naive, outShape } from './naive-convolution.ts'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'
import { runKernel } from './run-kernel.ts'
import { SUMS } from './sums.ts'

onWasm()

const one = { strides: [1, 1], dilations: [1, 1], pad: [1, 1, 1, 1] } as const
const cases = fc.record({
  size: fc.integer({ min: 1, max: 9 }),
  input: fc.integer({ min: 1, max: 12 }),
  output: fc.integer({ min: 1, max: 18 }),
  activation: fc.constantFrom(...Object.keys(ACTIVATIONS)),
  biased: fc.boolean(),
})

forEachBuild(() => {
  test('bias and every activation as in float64, and nothing left over', () => {
    fc.assert(
      fc.property(cases, ({ size, input, output, activation, biased }) => {
        const c: NaiveConvolution = { ...one, x: [2, size, size, input], filter: [3, 3, input, output] }
        expectNoLeak(() => {
          const inputs: Record<string, Tensor> = { x: randomNumbers(c.x, 1), filter: randomNumbers(c.filter, 2) }
          if (biased) inputs['bias'] = randomNumbers([output], 3)
          if (activation === 'prelu') inputs['preluActivationWeights'] = randomNumbers([output], 4)
          const biases = inputs['bias']?.dataSync()
          const slopes = inputs['preluActivationWeights']?.dataSync()
          const none = new Float32Array(outShape(c).reduce((a, b) => a * b))
          const { y } = naive(c, inputs['x']!.dataSync(), inputs['filter']!.dataSync(), none)
          const expected = y.map((sum, i) =>
            ACTIVATIONS[activation]!(sum + (biases?.[i % output] ?? 0), slopes?.[i % output] ?? 0),
          )
          const attrs = {
            strides: 1,
            pad: 'same',
            dilations: 1,
            dataFormat: 'NHWC',
            activation,
            leakyreluAlpha: LEAKY_SLOPE,
          }
          expect(runKernel('FusedConv2D', inputs, attrs).values).toBeAllClose(expected, SUMS)
          dispose(inputs)
        })
      }),
      { numRuns: FUZZ },
    )
  })

  test('NaN passes every activation', () => {
    for (const activation of Object.keys(ACTIVATIONS)) {
      const inputs: Record<string, Tensor> = {
        x: tensor([Number.NaN, 1], [1, 1, 2, 1]),
        filter: tensor([1, 2, 3, 4, 5], [1, 1, 1, 5]),
      }
      if (activation === 'prelu') inputs['preluActivationWeights'] = randomNumbers([5], 4)
      const attrs = { strides: 1, pad: 'valid', dataFormat: 'NHWC', activation, leakyreluAlpha: LEAKY_SLOPE }
      const { values } = runKernel('FusedConv2D', inputs, attrs)
      expect([...values.subarray(0, 5)]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN])
      expect([...values.subarray(5)].every(Number.isFinite)).toBe(true)
      dispose(inputs)
    }
  })
})
