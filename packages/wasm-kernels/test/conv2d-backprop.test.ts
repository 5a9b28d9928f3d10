import { expectNoLeak, readVectors } from '@gg/testing'
import { WasmKernelError } from '@gg/wasm-kernels'
import { conv2d, conv2dTranspose, dispose, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { onWasm } from './on-wasm.ts'
import { runKernel } from './run-kernel.ts'
import { SUMS } from './sums.ts'
import { wave } from './wave.ts'

interface ConvCase {
  readonly x: number[]
  readonly filter: number[]
  readonly dy: number[]
  readonly strides: number | [number, number]
  readonly pad: 'same' | 'valid' | number
  readonly dilations: number | [number, number]
  readonly dx: number[]
  readonly dw: number[]
}

const vectors = readVectors<{ conv: ConvCase[]; depthwise: ConvCase[] }>('wasm-kernels')
const title = ({ x, filter, strides, pad, dilations }: ConvCase) =>
  JSON.stringify({ x, filter, strides, pad, dilations })

onWasm()

describe.each([
  ['Conv2DBackpropFilter', 'Conv2DBackpropInput', vectors.conv],
  ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', vectors.depthwise],
] as const)('%s and %s against PyTorch', (filterKernel, inputKernel, cases) => {
  test.each(cases.map((c) => [title(c), c] as const))('%s', (_, { x, filter, dy, strides, pad, dilations, dx, dw }) => {
    expectNoLeak(() => {
      const [xs, ws, dys] = [wave(x, 1), wave(filter, 2), wave(dy, 3)]
      const attrs = { strides, pad, dilations, dataFormat: 'NHWC' }
      const gradFilter = runKernel(filterKernel, { x: xs, dy: dys }, { ...attrs, filterShape: filter })
      const gradInput = runKernel(inputKernel, { dy: dys, filter: ws }, { ...attrs, inputShape: x })
      expect(gradFilter.shape).toEqual(filter)
      expect(gradFilter.values).toBeAllClose(dw, SUMS)
      expect(gradInput.shape).toEqual(x)
      expect(gradInput.values).toBeAllClose(dx, SUMS)
      dispose([xs, ws, dys])
    })
  })
})

describe('Conv2DBackpropFilter', () => {
  test('takes the output size from dy, which `dimRoundingMode` changes and the gradient does not say', () => {
    tidy(() => {
      const x = wave([1, 6, 6, 2], 1) as Tensor4D
      const filter = wave([3, 3, 2, 3], 2) as Tensor4D
      const y = conv2d(x, filter, 2, 0, 'NHWC', 1, 'ceil')
      expect(y.shape).toEqual([1, 3, 3, 3])
      // The overhanging row and column read zeros: the same as a padding by hand.
      const attrs = { strides: 2, dataFormat: 'NHWC', filterShape: filter.shape }
      const got = runKernel('Conv2DBackpropFilter', { x, dy: y }, { ...attrs, pad: 0 })
      const expected = runKernel(
        'Conv2DBackpropFilter',
        { x, dy: y },
        {
          ...attrs,
          pad: [
            [0, 0],
            [0, 1],
            [0, 1],
            [0, 0],
          ],
        },
      )
      expect(got.values).toBeAllClose(expected.values)
    })
  })

  test('refuses NCHW and a dy of the wrong shape', () => {
    const x = wave([1, 4, 4, 2], 1)
    const attrs = { strides: 1, pad: 'valid', filterShape: [3, 3, 2, 3] }
    const run = (dy: number[], dataFormat: string) => () =>
      runKernel('Conv2DBackpropFilter', { x, dy: wave(dy, 2) }, { ...attrs, dataFormat })
    expect(run([1, 2, 2, 3], 'NCHW')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
    expect(run([1, 2, 2, 5], 'NHWC')).toThrow(WasmKernelError)
    expect(run([1, 2, 2, 5], 'NHWC')).toThrow('`dy` must be [1, height, width, 3], got [1, 2, 2, 5]')
  })
})

describe('Conv2DBackpropInput', () => {
  test('is the forward pass of conv2dTranspose', () => {
    tidy(() => {
      const filter = wave([3, 3, 2, 4], 2) as Tensor4D
      const y = wave([1, 3, 3, 4], 3) as Tensor4D
      const up = conv2dTranspose(y, filter, [1, 6, 6, 2], 2, 'same')
      // <conv(x), y> = <x, conv'(y)> for every x, so also for these.
      const x = wave([1, 6, 6, 2], 1) as Tensor4D
      const down = conv2d(x, filter, 2, 'same')
      const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
        Array.from(a).reduce((s, v, i) => s + v * (b[i] ?? 0), 0)
      expect([dot(up.dataSync(), x.dataSync())]).toBeAllClose([dot(down.dataSync(), y.dataSync())], SUMS)
    })
  })

  test('leaves NCHW to the stock kernel', () => {
    const filter = wave([1, 1, 2, 2], 2)
    const dy = wave([1, 2, 3, 3], 3)
    const attrs = { strides: 1, pad: 'valid', dataFormat: 'NCHW', inputShape: [1, 2, 3, 3] }
    const { values } = runKernel('Conv2DBackpropInput', { dy, filter }, attrs)
    const [d, w] = [dy.dataSync(), filter.dataSync()]
    const expected = Array.from({ length: 18 }, (_, i) => {
      const c = Math.floor(i / 9)
      return d[i % 9]! * w[2 * c]! + d[9 + (i % 9)]! * w[2 * c + 1]!
    })
    expect(values).toBeAllClose(expected)
  })
})
