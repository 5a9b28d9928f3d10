// The ways that are left where there is no SIMD, or where tfjs keeps its memory elsewhere: kernels made of stock kernels.
import { readVectors } from '@gg/testing'
import { dispose, matMul, type Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, test, vi } from 'vitest'
import { onWasm } from './on-wasm.ts'
import { runKernel } from './run-kernel.ts'
import { SUMS } from './sums.ts'
import { wave } from './wave.ts'

vi.mock('../src/engine/engine-of.ts', () => ({ engineOf: () => undefined }))

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

interface MatMulCase {
  readonly a: number[]
  readonly b: number[]
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly y: number[]
  readonly bias?: number[] | null
  readonly activation?: string
}

const vectors = readVectors<{
  conv: ConvCase[]
  depthwise: ConvCase[]
  matMul: MatMulCase[]
  fusedMatMul: MatMulCase[]
}>('wasm-kernels')

onWasm()

describe('without an engine, as PyTorch', () => {
  test.each([
    ['Conv2DBackpropFilter', 'Conv2DBackpropInput', vectors.conv],
    ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', vectors.depthwise],
  ] as const)('%s and %s', (filterKernel, inputKernel, cases) => {
    for (const { x, filter, dy, strides, pad, dilations, dx, dw } of cases) {
      const [xs, ws, dys] = [wave(x, 1), wave(filter, 2), wave(dy, 3)]
      const attrs = { strides, pad, dilations, dataFormat: 'NHWC' }
      const gradFilter = runKernel(filterKernel, { x: xs, dy: dys }, { ...attrs, filterShape: filter })
      expect(gradFilter.values).toBeAllClose(dw, SUMS)
      const gradInput = runKernel(inputKernel, { dy: dys, filter: ws }, { ...attrs, inputShape: x })
      expect(gradInput.values).toBeAllClose(dx, SUMS)
      dispose([xs, ws, dys])
    }
  })

  test('BatchMatMul', () => {
    for (const { a, b, transposeA, transposeB, y } of vectors.matMul) {
      const tensors = [wave(a, 1), wave(b, 2)] as const
      const product = matMul(...tensors, transposeA, transposeB)
      expect(product).toBeAllClose(y, SUMS)
      dispose([...tensors, product])
    }
  })

  test('_FusedMatMul', () => {
    for (const { a, b, bias, activation, transposeA, transposeB, y } of vectors.fusedMatMul) {
      const inputs: Record<string, Tensor> = { a: wave(a, 1), b: wave(b, 2) }
      if (bias) inputs['bias'] = wave(bias, 4)
      if (activation === 'prelu') inputs['preluActivationWeights'] = wave([b.at(transposeB ? -2 : -1) ?? 0], 5)
      const attrs = { transposeA, transposeB, activation, leakyreluAlpha: 0.3 }
      expect(runKernel('_FusedMatMul', inputs, attrs).values).toBeAllClose(y, SUMS)
      dispose(inputs)
    }
  })

  test('slopes a number in a batch with a bias are refused', () => {
    const inputs = { a: wave([2, 1, 2], 1), b: wave([2, 2, 2], 2), bias: wave([2], 3) }
    const preluActivationWeights = wave([2, 1, 2], 4)
    const attrs = { transposeA: false, transposeB: false, activation: 'prelu' }
    expect(() => runKernel('_FusedMatMul', { ...inputs, preluActivationWeights }, attrs)).toThrow(
      '`preluActivationWeights` must be [2] for a batch with a bias, got [2, 1, 2]',
    )
  })
})
