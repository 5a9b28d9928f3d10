import { dispose } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forEachBuild } from './for-each-build.ts'
import { FUZZ } from './fuzz.ts'
import { type NaiveConvolution, naive, outShape } from './naive-convolution.ts'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'
import { runKernel } from './run-kernel.ts'

onWasm()

/** For a sum of n products of numbers up to 1: each addition rounds by 6e-8 of a partial sum of about √n / 3. */
const sumOf = (n: number) => ({ rtol: 1e-5, atol: 1e-6 + 1e-7 * n })

const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
const channels = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(32, 33))

const convolutions: fc.Arbitrary<NaiveConvolution> = fc
  .record({
    images: fc.integer({ min: 1, max: 5 }),
    size: pair(11),
    filter: pair(5),
    input: channels,
    output: channels,
    strides: pair(3),
    dilations: pair(3),
    pad: fc.tuple(...([0, 1, 2, 3] as const).map(() => fc.integer({ min: 0, max: 4 }))) as fc.Arbitrary<
      [number, number, number, number]
    >,
  })
  .map(({ images, size, filter, input, output, strides, dilations, pad }) => ({
    x: [images, ...size, input] as const,
    filter: [...filter, input, output] as const,
    strides,
    dilations,
    pad,
  }))
  .filter((c) => outShape(c).every((n) => n > 0))

forEachBuild(() => {
  test(`any convolution and its gradients as in float64`, () => {
    fc.assert(
      fc.property(convolutions, (c) => {
        const x = randomNumbers(c.x, 1)
        const filter = randomNumbers(c.filter, 2)
        const dy = randomNumbers(outShape(c), 3)
        const expected = naive(c, x.dataSync(), filter.dataSync(), dy.dataSync())
        const [top, bottom, left, right] = c.pad
        const pad = [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ]
        const attrs = { strides: c.strides, dilations: c.dilations, pad, dataFormat: 'NHWC' }
        const y = runKernel('Conv2D', { x, filter }, attrs)
        expect(y.shape).toEqual(outShape(c))
        expect(y.values).toBeAllClose(expected.y, sumOf(c.filter[0] * c.filter[1] * c.filter[2]))
        const dx = runKernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: c.x })
        expect(dx.values).toBeAllClose(expected.dx, sumOf(c.filter[0] * c.filter[1] * c.filter[3]))
        const dw = runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: c.filter })
        expect(dw.values).toBeAllClose(expected.dw, sumOf(y.shape[0]! * y.shape[1]! * y.shape[2]!))
        dispose([x, filter, dy])
      }),
      { numRuns: FUZZ },
    )
  })
})
