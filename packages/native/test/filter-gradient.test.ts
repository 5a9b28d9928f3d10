import { mendWebgpu } from '../src/mend-webgpu.ts'
import '@tensorflow/tfjs-backend-cpu'
import { startWebgpu } from '@gg/native'
import {
  conv2d,
  engine,
  getKernel,
  memory,
  mul,
  type Scalar,
  sum,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
  valueAndGrads,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'

type Shape = [number, number, number, number]
type Padding = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]]

interface Case {
  readonly x: Shape
  readonly filter: Shape
  readonly strides: number | [number, number]
  readonly pad: Padding
}

const both = <T, U>(list: readonly T[], others: readonly U[]): (readonly [T, U])[] =>
  list.flatMap((one) => others.map((other) => [one, other] as const))

/** Odd sizes; all sorts of channels, so that four numbers can be read at once of both maps, of one, of none. */
const CASES: readonly Case[] = [
  ...both(both([1, 3, 6, 16, 64], [1, 3, 6, 16, 64]), ['same', 'valid'] as const).map(
    ([[inputs, outputs], pad], i): Case => {
      const size = [3, 1, 5][i % 3] as number
      return { x: [2, 9, 11, inputs], filter: [size, size, inputs, outputs], strides: 1 + (i % 2), pad }
    },
  ),
  ...both([1, 2], [1, 3, 5]).map(
    ([strides, size]): Case => ({ x: [3, 13, 7, 4], filter: [size, size, 4, 8], strides, pad: 'same' }),
  ),
  // The first layers of ResNets, for photographs and for small pictures, and a layer of the largest tiles.
  { x: [2, 37, 35, 3], filter: [7, 7, 3, 64], strides: 2, pad: 3 },
  { x: [4, 32, 32, 3], filter: [3, 3, 3, 16], strides: 1, pad: 1 },
  { x: [1, 8, 8, 64], filter: [3, 3, 64, 70], strides: 1, pad: 'same' },
  {
    x: [2, 9, 8, 5],
    filter: [2, 3, 5, 7],
    strides: [3, 1],
    pad: [
      [0, 0],
      [1, 0],
      [2, 1],
      [0, 0],
    ],
  },
  { x: [2, 9, 8, 5], filter: [4, 2, 5, 7], strides: 1, pad: 2 },
  // One pixel in all, and fewer pixels than a workgroup takes at once.
  { x: [1, 1, 1, 8], filter: [1, 1, 8, 4], strides: 1, pad: 'valid' },
  { x: [1, 3, 3, 2], filter: [3, 3, 2, 4], strides: 1, pad: 'valid' },
]

function numbers(shape: Shape, seed: number): Tensor4D {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor4d(
    Float32Array.from({ length: size }, (_, i) => Math.sin(0.7 * i + 0.013 * (i % 1009) ** 2 + seed)),
    shape,
  )
}

/** `Σ_p x[p·stride - pad + (r, c), i] · dy[p, o]` in float64, and the same of absolute values, for the rounding. */
function definition(
  x: readonly number[],
  dy: readonly number[],
  { x: of, filter, strides }: Case,
  out: Shape,
  pad: readonly [number, number],
) {
  const [high, wide, inputs, outputs] = filter
  const [down, across] = [strides].flat().concat(strides) as [number, number]
  const result = new Float64Array(high * wide * inputs * outputs)
  const sizes = new Float64Array(result.length)
  for (let image = 0; image < out[0]; image++)
    for (let row = 0; row < out[1]; row++)
      for (let column = 0; column < out[2]; column++)
        for (let r = 0; r < high; r++)
          for (let c = 0; c < wide; c++) {
            const [xr, xc] = [row * down - pad[0] + r, column * across - pad[1] + c]
            if (xr < 0 || xr >= of[1] || xc < 0 || xc >= of[2]) continue
            const from = ((image * of[1] + xr) * of[2] + xc) * inputs
            const above = ((image * out[1] + row) * out[2] + column) * outputs
            for (let i = 0; i < inputs; i++)
              for (let o = 0; o < outputs; o++) {
                const product = (x[from + i] as number) * (dy[above + o] as number)
                const at = ((r * wide + c) * inputs + i) * outputs + o
                result[at] = (result[at] as number) + product
                sizes[at] = (sizes[at] as number) + Math.abs(product)
              }
          }
  return { result, sizes }
}

/** What 'same' adds above and to the left, by TensorFlow's rule; what the others say. */
function padBefore({ x, filter, strides, pad }: Case, out: Shape): readonly [number, number] {
  if (pad === 'valid') return [0, 0]
  if (typeof pad === 'number') return [pad, pad]
  if (pad !== 'same') return [pad[1][0], pad[2][0]]
  const [down, across] = [strides].flat().concat(strides) as [number, number]
  const before = (size: number, window: number, stride: number, of: number): number =>
    Math.floor(Math.max(0, (of - 1) * stride + window - size) / 2)
  return [before(x[1], filter[0], down, out[1]), before(x[2], filter[1], across, out[2])]
}

describe('the gradient of filters on WebGPU', () => {
  let missing: string | undefined
  beforeAll(async () => {
    await startWebgpu().catch((error: Error) => {
      missing = error.message
    })
  }, 120_000)
  const onWebgpu = (name: string, body: () => Promise<void>): void => {
    it(name, { timeout: 120_000 }, async ({ skip }) => {
      skip(missing !== undefined, `WebGPU is not there: ${missing}`)
      await body()
    })
  }
  const gradientOf = (dy: Tensor4D, x: Tensor4D, { filter, strides, pad }: Case): Tensor =>
    engine().runKernel(
      'Conv2DBackpropFilter',
      { x, dy },
      { strides, pad, dataFormat: 'NHWC', filterShape: filter },
    ) as Tensor

  for (const example of CASES) {
    const { x: of, filter, strides, pad } = example
    onWebgpu(
      `of ${filter.join(' × ')} over ${of.join(' × ')}, strides ${strides}, padding ${JSON.stringify(pad)}`,
      async () => {
        const x = numbers(of, 1)
        const y = conv2d(x, tensor4d(new Float32Array(filter.reduce((a, b) => a * b, 1)), filter), strides, pad)
        const dy = numbers(y.shape, 2)
        const found = await gradientOf(dy, x, example).data()
        const [xs, dys] = [Array.from(await x.data()), Array.from(await dy.data())]
        const { result, sizes } = definition(xs, dys, example, y.shape, padBefore(example, y.shape))
        expect(found.length).toBe(result.length)
        // Four units in the last place of the sum of absolute values: up to 128 numbers are summed in a row.
        const worst = Math.max(
          ...result.map((number, i) => Math.abs(number - (found[i] as number)) / ((sizes[i] as number) + 1e-30)),
        )
        expect(worst).toBeLessThan(2 ** -21)
      },
    )
  }

  onWebgpu('is the same each time, and leaves nothing behind', async () => {
    const example: Case = { x: [8, 32, 32, 3], filter: [3, 3, 3, 16], strides: 1, pad: 'same' }
    const [x, dy] = [numbers(example.x, 1), numbers([8, 32, 32, 16], 2)]
    const run = async (): Promise<readonly number[]> => {
      const gradient = gradientOf(dy, x, example)
      const found = Array.from(await gradient.data())
      gradient.dispose()
      return found
    }
    const first = await run()
    const { numBytesInGPU, numTensors } = memory() as ReturnType<typeof memory> & { numBytesInGPU: number }
    for (let i = 0; i < 20; i++) expect(await run()).toEqual(first)
    expect(memory()).toMatchObject({ numBytesInGPU, numTensors })
  })

  onWebgpu("is tfjs' own for NCHW", async () => {
    const x = numbers([2, 3, 8, 8], 1)
    const dy = numbers([2, 4, 8, 8], 2)
    const attrs = { strides: 1, pad: 'same', filterShape: [3, 3, 3, 4] }
    const byOwn = engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, dataFormat: 'NCHW' }) as Tensor
    const found = await byOwn.data()
    const last = (values: ArrayLike<number>, channels: number): Float32Array =>
      Float32Array.from({ length: values.length }, (_, i) => {
        const [image, pixel, channel] = [Math.floor(i / channels / 64), Math.floor(i / channels) % 64, i % channels]
        return values[(image * channels + channel) * 64 + pixel] as number
      })
    const [nhwc, above] = [
      tensor4d(last(await x.data(), 3), [2, 8, 8, 3]),
      tensor4d(last(await dy.data(), 4), [2, 8, 8, 4]),
    ]
    const byOurs = engine().runKernel('Conv2DBackpropFilter', { x: nhwc, dy: above }, { ...attrs, dataFormat: 'NHWC' })
    expect(Array.from(found)).toBeAllClose(Array.from(await (byOurs as Tensor).data()), { atol: 1e-5 })
  })

  onWebgpu('is what the tape calls, and is put in place once', async () => {
    const kernel = getKernel('Conv2DBackpropFilter', 'webgpu')
    mendWebgpu()
    expect(getKernel('Conv2DBackpropFilter', 'webgpu')).toBe(kernel)
    const [x, filter] = [numbers([2, 6, 6, 3], 1), numbers([3, 3, 3, 4], 2)]
    const weights = numbers([2, 6, 6, 4], 3)
    const { grads } = tidy(() =>
      valueAndGrads((x: Tensor, filter: Tensor) => {
        const y = conv2d(x as Tensor4D, filter as Tensor4D, 1, 'same')
        return sum(mul(y, weights)) as Scalar
      })([x, filter]),
    )
    const example: Case = { x: [2, 6, 6, 3], filter: [3, 3, 3, 4], strides: 1, pad: 'same' }
    const { result } = definition(
      Array.from(await x.data()),
      Array.from(await weights.data()),
      example,
      [2, 6, 6, 4],
      [1, 1],
    )
    expect(Array.from(await (grads[1] as Tensor).data())).toBeAllClose(Array.from(result), { atol: 1e-5 })
  })
})
