import { dispose, type Tensor, tensor } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { takesTiles } from '../src/winograd.ts'
import { forEachBuild } from './for-each-build.ts'
import { FUZZ } from './fuzz.ts'
import { type NaiveConvolution, naive, outShape } from './naive-convolution.ts'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'
import { runKernel } from './run-kernel.ts'

onWasm()

/** For a sum of n products of numbers up to 1: each addition rounds by 6e-8 of a partial sum of about √n / 3. */
const sumOf = (n: number) => ({ rtol: 1e-5, atol: 1e-6 + 1e-7 * n })

/** In tiles a number is a sum with both signs of others as large as itself. How large errors are on the whole is tested below. */
const sumInTilesOf = (n: number) => ({ rtol: 1e-5, atol: 2e-6 + 2e-7 * n })

function attrsOf({ strides, dilations, pad: [top, bottom, left, right] }: NaiveConvolution): object {
  const pad = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]
  return { strides, dilations, pad, dataFormat: 'NHWC' }
}

/** Runs the three kernels and compares with float64. */
function check(c: NaiveConvolution, x: Tensor, filter: Tensor, dy: Tensor, tolerance = sumOf): void {
  const expected = naive(c, x.dataSync(), filter.dataSync(), dy.dataSync())
  const attrs = attrsOf(c)
  const y = runKernel('Conv2D', { x, filter }, attrs)
  expect(y.shape).toEqual(outShape(c))
  expect(y.values).toBeAllClose(expected.y, tolerance(c.filter[0] * c.filter[1] * c.filter[2]))
  const dx = runKernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: c.x })
  expect(dx.values).toBeAllClose(expected.dx, tolerance(c.filter[0] * c.filter[1] * c.filter[3]))
  const dw = runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: c.filter })
  expect(dw.values).toBeAllClose(expected.dw, tolerance(y.shape[0]! * y.shape[1]! * y.shape[2]!))
}

/** The root mean square of the error over that of what is expected. */
function relativeError(values: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [errors, squares] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    errors += (values[i]! - expected[i]!) ** 2
    squares += expected[i]! ** 2
  }
  return Math.sqrt(errors / squares)
}

function checkRandom(c: NaiveConvolution, tolerance = sumOf): void {
  const tensors = [randomNumbers(c.x, 1), randomNumbers(c.filter, 2), randomNumbers(outShape(c), 3)] as const
  check(c, ...tensors, tolerance)
  dispose([...tensors])
}

const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }))
const channels = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(32, 33, 65))
const side = fc.integer({ min: 0, max: 4 })

const convolutions: fc.Arbitrary<NaiveConvolution> = fc
  .record({
    images: fc.integer({ min: 1, max: 5 }),
    size: pair(11),
    filter: pair(5),
    input: channels,
    output: channels,
    strides: pair(3),
    dilations: pair(3),
    pad: fc.tuple(side, side, side, side),
  })
  .map(({ images, size, filter, input, output, strides, dilations, pad }) => ({
    x: [images, ...size, input] as const,
    filter: [...filter, input, output] as const,
    strides,
    dilations,
    pad,
  }))
  .filter((c) => outShape(c).every((n) => n > 0))

const fours = fc.integer({ min: 1, max: 10 }).map((n) => 4 * n)
const upTo3 = fc.integer({ min: 0, max: 3 })

/** Those that go by tiles. */
const tiled: fc.Arbitrary<NaiveConvolution> = fc
  .record({
    images: fc.integer({ min: 1, max: 8 }),
    size: fc.tuple(fc.integer({ min: 3, max: 12 }), fc.integer({ min: 3, max: 12 })),
    input: fours,
    output: fours,
    pad: fc.tuple(upTo3, upTo3, upTo3, upTo3),
  })
  .map(({ images, size, input, output, pad }) => ({
    x: [images, ...size, input] as const,
    filter: [3, 3, input, output] as const,
    strides: [1, 1] as const,
    dilations: [1, 1] as const,
    pad,
  }))
  .filter(goesByTiles)

function goesByTiles(c: NaiveConvolution): boolean {
  const [images, sourceHeight, sourceWidth, sourceChannels] = c.x
  const [, targetHeight, targetWidth, targetChannels] = outShape(c) as [number, number, number, number]
  return takesTiles({
    images,
    ...{ sourceHeight, sourceWidth, sourceChannels, targetHeight, targetWidth, targetChannels },
    ...{ filterHeight: c.filter[0], filterWidth: c.filter[1], strideHeight: c.strides[0], strideWidth: c.strides[1] },
    ...{ dilationHeight: c.dilations[0], dilationWidth: c.dilations[1], top: c.pad[0], left: c.pad[2], turned: false },
  })
}

const one = { strides: [1, 1], dilations: [1, 1], pad: [1, 1, 1, 1] } as const

/** What random shapes are too small for. */
const LARGE: Readonly<Record<string, NaiveConvolution>> = {
  'an image in bands': { ...one, x: [2, 40, 40, 64], filter: [3, 3, 64, 5] },
  'a gradient in bands': { ...one, x: [2, 40, 40, 5], filter: [3, 3, 5, 64] },
  'a gradient in bands and phases': { ...one, x: [1, 81, 80, 3], filter: [4, 3, 3, 72], strides: [2, 3] },
  'dilated bands': { ...one, x: [1, 40, 40, 64], filter: [3, 3, 64, 5], dilations: [2, 2], pad: [2, 2, 2, 2] },
  'a long inner dimension': { ...one, x: [3, 5, 5, 300], filter: [3, 3, 300, 12] },
  'a run longer than a block': { ...one, x: [7, 3, 3, 1100], filter: [1, 1, 1100, 9], pad: [0, 0, 0, 0] },
  'images together, and some left over': { ...one, x: [531, 3, 3, 9], filter: [3, 3, 9, 10] },
  'sums in blocks': { ...one, x: [20, 16, 16, 7], filter: [3, 3, 7, 12] },
  'sums in blocks, an odd number of columns': { ...one, x: [20, 16, 16, 3], filter: [5, 5, 3, 6], pad: [0, 0, 0, 0] },
  'wide sums of more than a chunk': { ...one, x: [5, 9, 9, 10], filter: [3, 3, 10, 70], strides: [2, 1] },
  'tiles, an odd size': { ...one, x: [3, 13, 11, 12], filter: [3, 3, 12, 20] },
  'tiles without padding': { ...one, x: [2, 9, 10, 16], filter: [3, 3, 16, 8], pad: [0, 0, 0, 0] },
  'tiles with more padding than a filter sees': {
    ...one,
    x: [4, 21, 18, 16],
    filter: [3, 3, 16, 24],
    pad: [3, 1, 0, 4],
  },
  'tiles in units and blocks': { ...one, x: [5, 16, 15, 64], filter: [3, 3, 64, 68] },
  'tiles in one unit': { ...one, x: [8, 4, 4, 72], filter: [3, 3, 72, 20] },
  '1 × 1 with a stride': { ...one, x: [9, 16, 16, 16], filter: [1, 1, 16, 32], strides: [2, 2], pad: [0, 0, 0, 0] },
}

forEachBuild(() => {
  test(`any convolution and its gradients as in float64`, () => {
    fc.assert(
      fc.property(convolutions, (c) => checkRandom(c)),
      { numRuns: FUZZ },
    )
  })

  test('any convolution of 3 × 3 and its gradients in tiles, as in float64', () => {
    fc.assert(
      fc.property(tiled, (c) => checkRandom(c, sumInTilesOf)),
      { numRuns: FUZZ },
    )
  })

  test.each(Object.entries(LARGE))('%s', (name, c) => {
    expect(goesByTiles(c)).toBe(name.startsWith('tiles'))
    checkRandom(c, goesByTiles(c) ? sumInTilesOf : sumOf)
  })

  test.each([
    [16, 1e-6],
    [64, 1.5e-6],
    [256, 2e-6],
  ])(
    'tiles of %s channels: the root mean square of the error is at most %s of that of the result',
    (channels, most) => {
      const c: NaiveConvolution = { ...one, x: [4, 12, 12, channels], filter: [3, 3, channels, 16] }
      const [x, filter, dy] = [randomNumbers(c.x, 1), randomNumbers(c.filter, 2), randomNumbers(outShape(c), 3)]
      const expected = naive(c, x.dataSync(), filter.dataSync(), dy.dataSync())
      const y = runKernel('Conv2D', { x, filter }, attrsOf(c))
      expect(relativeError(y.values, expected.y)).toBeLessThan(most)
      const dw = runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrsOf(c), filterShape: c.filter })
      expect(relativeError(dw.values, expected.dw)).toBeLessThan(1.5e-6)
      dispose([x, filter, dy])
    },
  )

  test('the same tensor as image and as gradient', () => {
    const c: NaiveConvolution = { ...one, x: [2, 5, 5, 4], filter: [3, 3, 4, 4] }
    const [x, filter] = [randomNumbers(c.x, 1), randomNumbers(c.filter, 2)]
    check(c, x, filter, x)
    dispose([x, filter])
  })

  test('infinities and NaN go where IEEE says, and no further', () => {
    const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    // By the definition, and in tiles.
    const channels = [
      [9, 13],
      [12, 16],
    ] as const
    for (const [special, [input, output]] of specials.flatMap((s) => channels.map((c) => [s, c] as const))) {
      const c: NaiveConvolution = { ...one, x: [5, 9, 10, input], filter: [3, 3, input, output], pad: [0, 0, 0, 0] }
      expect(goesByTiles(c)).toBe(input === 12)
      const [x, filter, dy] = [randomNumbers(c.x, 1), randomNumbers(c.filter, 2), randomNumbers(outShape(c), 3)]
      const spoilt = (whole: Tensor, at: number) => {
        const values = whole.dataSync().slice()
        values[at] = special
        return tensor(values as Float32Array, whole.shape)
      }
      check(c, spoilt(x, 100), filter, spoilt(dy, 50))
      check(c, x, spoilt(filter, 77), dy)
      // Beyond the border there is nothing, not even a zero that would make NaN of infinity.
      check({ ...c, pad: [2, 1, 1, 2] }, x, spoilt(filter, 0), randomNumbers(outShape({ ...c, pad: [2, 1, 1, 2] }), 3))
    }
  })
})
