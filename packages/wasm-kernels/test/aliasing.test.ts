// One tensor as several inputs of a kernel: the same bits as with copies, and the tensor stays as it was. What the kernels
// compute is held to the definition elsewhere.
import { KERNEL_NAMES } from '@gg/wasm-kernels'
import { dispose, engine, type NamedAttrMap, reshape, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'

onWasm()

const CHANNELS = 6
const geometry = { strides: 1, pad: 'same', dilations: 1, dataFormat: 'NHWC' }
const gaaf = { activation: 'tanh', shape: 'gaussian', a: -0.25, b: 1, strength: 1, K: 1024 }
const adam = { b1: 0.9, b2: 0.99, ofMu: 1, ofUpdates: 1, underRoot: 0, besideRoot: 1e-3 }

type Case = readonly [shape: readonly number[], inputs: readonly string[], attrs?: object]

const SQUARE = [CHANNELS, CHANNELS, CHANNELS, CHANNELS] as const
const MATRIX = [CHANNELS, CHANNELS] as const

/** Every kernel that takes several tensors of one shape. */
const CASES: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    ['Add', 'Equal', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Maximum', 'Minimum', 'Multiply', 'NotEqual']
      .concat('RealDiv', 'SquaredDifference', 'Sub')
      .map((name) => [
        name,
        [
          [5, 7],
          ['a', 'b'],
        ] as Case,
      ]),
  ),
  BatchMatMul: [[2, ...MATRIX], ['a', 'b'], { transposeA: false, transposeB: true }],
  _FusedMatMul: [MATRIX, ['a', 'b'], { transposeA: true, transposeB: false, activation: 'relu' }],
  Conv2D: [SQUARE, ['x', 'filter'], geometry],
  FusedConv2D: [SQUARE, ['x', 'filter'], { ...geometry, activation: 'relu' }],
  Conv2DBackpropFilter: [SQUARE, ['x', 'dy'], { ...geometry, filterShape: [3, 3, CHANNELS, CHANNELS] }],
  Conv2DBackpropInput: [SQUARE, ['dy', 'filter'], { ...geometry, inputShape: SQUARE }],
  DepthwiseConv2dNative: [[1, 6, 6, 1], ['x', 'filter'], { ...geometry, filterOfFirst: true }],
  DepthwiseConv2dNativeBackpropFilter: [SQUARE, ['x', 'dy'], { ...geometry, filterShape: [3, 3, CHANNELS, 1] }],
  EluGrad: [
    [5, 7],
    ['dy', 'y'],
  ],
  GgLeakyReluGrad: [[5, 7], ['dy', 'x'], { alpha: 0.2 }],
  GgRelu6Grad: [
    [5, 7],
    ['dy', 'x'],
  ],
  GgReluGrad: [
    [5, 7],
    ['dy', 'x'],
  ],
  GgSigmoidGrad: [
    [5, 7],
    ['dy', 'y'],
  ],
  GgTanhGrad: [
    [5, 7],
    ['dy', 'y'],
  ],
  GgSoftmaxGrad: [
    [5, 7],
    ['dy', 'y'],
  ],
  GgLogSoftmaxGrad: [
    [5, 7],
    ['dy', 'y'],
  ],
  GgSoftmaxCrossEntropy: [
    [5, 7],
    ['logits', 'labels'],
  ],
  GgAddBiasGrad: [
    [5, 7],
    ['dy', 'y'],
  ],
  GgGate: [[5, 7], ['dy', 'x'], { activation: 'sigmoid', temperature: 1 }],
  GgAccelerateGrad: [[5, 7], ['dy', 'x', 'y'], { ...gaaf, literal: false }],
  GgAccelerateBiasGrad: [[7], ['dy', 'x', 'bias'], { ...gaaf, activation: 'relu' }],
  GgScaleByAdam: [[5, 7], ['0', '1', '2'], adam],
  GgTrace: [[5, 7], ['0', '1'], { decay: 0.9, nesterov: true }],
  GgAddScaled: [[5, 7], ['0', '1'], { factor: 0.3 }],
  GgFlatten: [
    [5, 7],
    ['0', '1'],
  ],
  MaxPoolGrad: [SQUARE, ['dy', 'input', 'output'], { filterSize: 3, strides: 1, pad: 'same' }],
  AvgPoolGrad: [SQUARE, ['dy', 'input'], { filterSize: 3, strides: 1, pad: 'same' }],
}

const run = (name: string, inputs: Record<string, Tensor>, attrs: object): string[] =>
  tidy(() => {
    const results = [engine().runKernel(name, inputs, attrs as NamedAttrMap)].flat() as Tensor[]
    expect(results.length, name).toBeGreaterThan(0)
    return results.map((result) => Buffer.from((result.dataSync() as Float32Array).slice().buffer).toString('base64'))
  })

test.each(Object.entries(CASES))('%s', (name, [shape, names, attrs = {}]) => {
  expect(KERNEL_NAMES).toContain(name)
  const one = randomNumbers(shape, 7)
  const values = one.dataSync()
  // The filter of a depthwise convolution of one channel may be its image.
  const as = (t: Tensor, input: string): Tensor =>
    'filterOfFirst' in attrs && input === 'filter' ? reshape(t, [6, 6, 1, 1]) : t
  const copies = names.map(() => tensor(values, [...shape]))
  const aliased = tidy(() => run(name, Object.fromEntries(names.map((input) => [input, as(one, input)])), attrs))
  const apart = tidy(() =>
    run(name, Object.fromEntries(names.map((input, i) => [input, as(copies[i]!, input)])), attrs),
  )
  expect(aliased).toEqual(apart)
  expect(one.dataSync()).toEqual(values)
  dispose([one, ...copies])
})
