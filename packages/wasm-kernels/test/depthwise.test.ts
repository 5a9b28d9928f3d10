import { dispose } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forEachBuild } from './for-each-build.ts'
import { FUZZ } from './fuzz.ts'
import { depthwiseShape, type NaiveDepthwise, naiveDepthwise } from './naive-depthwise.ts'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'
import { runKernel } from './run-kernel.ts'
import { SUMS } from './sums.ts'

onWasm()

const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
const side = fc.integer({ min: 0, max: 4 })
const convolutions: fc.Arbitrary<NaiveDepthwise> = fc
  .record({
    images: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(18)),
    size: pair(9),
    filter: pair(5),
    channels: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(32, 37)),
    multiplier: fc.integer({ min: 1, max: 3 }),
    strides: pair(3),
    dilations: pair(3),
    pad: fc.tuple(side, side, side, side),
  })
  .map(({ images, size, filter, channels, multiplier, strides, dilations, pad }) => ({
    x: [images, ...size, channels] as const,
    filter: [...filter, channels, multiplier] as const,
    strides,
    dilations,
    pad,
  }))
  .filter((c) => depthwiseShape(c).every((n) => n > 0))

forEachBuild(() => {
  test('the gradients of any depthwise convolution as in float64', () => {
    fc.assert(
      fc.property(convolutions, (c) => {
        const [x, filter, dy] = [randomNumbers(c.x, 1), randomNumbers(c.filter, 2), randomNumbers(depthwiseShape(c), 3)]
        const expected = naiveDepthwise(c, x.dataSync(), filter.dataSync(), dy.dataSync())
        const [top, bottom, left, right] = c.pad
        const pad = [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ]
        const attrs = { strides: c.strides, dilations: c.dilations, pad }
        const dx = runKernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attrs, inputShape: c.x })
        expect(dx.values).toBeAllClose(expected.dx, SUMS)
        const dw = runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, filterShape: c.filter })
        expect(dw.values).toBeAllClose(expected.dw, SUMS)
        dispose([x, filter, dy])
      }),
      { numRuns: FUZZ },
    )
  })
})
