import { expectNoLeak } from '@gg/testing'
import { dispose, type Tensor, tensor } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACTIVATIONS, LEAKY_SLOPE } from './activations.ts'
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
  test('any depthwise convolution and its gradients as in float64', () => {
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
        expect(runKernel('DepthwiseConv2dNative', { x, filter }, attrs).values).toBeAllClose(expected.y, SUMS)
        const dx = runKernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attrs, inputShape: c.x })
        expect(dx.values).toBeAllClose(expected.dx, SUMS)
        const dw = runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attrs, filterShape: c.filter })
        expect(dw.values).toBeAllClose(expected.dw, SUMS)
        dispose([x, filter, dy])
      }),
      { numRuns: FUZZ },
    )
  })

  test('bias and every activation as in float64, and nothing left over', () => {
    const activations = fc.constantFrom(...Object.keys(ACTIVATIONS))
    fc.assert(
      fc.property(convolutions, activations, fc.constantFrom('none', 'one', 'each'), (c, activation, biased) => {
        const [top, bottom, left, right] = c.pad
        const pad = [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ]
        const columns = c.filter[2] * c.filter[3]
        expectNoLeak(() => {
          const inputs: Record<string, Tensor> = { x: randomNumbers(c.x, 1), filter: randomNumbers(c.filter, 2) }
          if (biased !== 'none') inputs['bias'] = randomNumbers([biased === 'one' ? 1 : columns], 3)
          if (activation === 'prelu') inputs['preluActivationWeights'] = randomNumbers([columns], 4)
          const bias = inputs['bias']?.dataSync() ?? [0]
          const slopes = inputs['preluActivationWeights']?.dataSync()
          const none = new Float32Array(depthwiseShape(c).reduce((a, b) => a * b))
          const { y } = naiveDepthwise(c, inputs['x']!.dataSync(), inputs['filter']!.dataSync(), none)
          const expected = y.map((sum, i) =>
            ACTIVATIONS[activation]!(sum + bias[i % bias.length]!, slopes?.[i % columns] ?? 0),
          )
          const attrs = { strides: c.strides, dilations: c.dilations, pad, activation, leakyreluAlpha: LEAKY_SLOPE }
          expect(runKernel('FusedDepthwiseConv2D', inputs, attrs).values).toBeAllClose(expected, SUMS)
          dispose(inputs)
        })
      }),
      { numRuns: FUZZ },
    )
  })

  test('NaN and infinities come out where they went in', () => {
    for (const channels of [1, 3, 6, 16, 24]) {
      const special = [Number.NaN, Infinity, -Infinity]
      const values = Array.from({ length: 7 * channels }, (_, i) => special[i - 3 * channels] ?? 1)
      const inputs = {
        x: tensor(values, [1, 1, 7, channels]),
        filter: tensor(new Array(3 * channels).fill(1), [1, 3, channels, 1]),
      }
      const y = runKernel('DepthwiseConv2dNative', inputs, { strides: 1, pad: 'valid', dilations: 1 }).values
      const expected = Array.from({ length: 5 * channels }, (_, i) => {
        const [pixel, channel] = [Math.floor(i / channels), i % channels]
        return [0, 1, 2].reduce((sum, tap) => sum + values[(pixel + tap) * channels + channel]!, 0)
      })
      expect([...y]).toEqual(expected)
      dispose(inputs)
    }
  })
})
