import '@gg/core/register-gradients'
import { enableWasm } from '@gg/wasm-kernels'
import {
  add,
  avgPool,
  concat,
  depthwiseConv2d,
  div,
  exp,
  fused,
  grad,
  greater,
  log,
  max,
  maximum,
  maxPool,
  mean,
  min,
  mul,
  relu,
  reshape,
  sigmoid,
  slice,
  softmax,
  softplus,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tanh,
  tensor1d,
  tidy,
  tile,
  transpose,
  unsortedSegmentSum,
  where,
} from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runKernel } from './run-kernel.ts'
import { wave } from './wave.ts'

// The first call decides whether the memory is shared.
beforeAll(async () => {
  await enableWasm({ threads: 2 })
})

afterAll(async () => {
  await enableWasm({ threads: 1 })
})

const image = (): Tensor4D => wave([16, 37, 23, 6], 1) as Tensor4D
const pooled =
  (f: (x: Tensor4D) => Tensor) =>
  (x: Tensor): Tensor =>
    f(x as Tensor4D)

const CASES: Readonly<Record<string, () => Tensor[]>> = {
  'functions of one number': () => {
    const x = wave([333_333], 1, 1e6)
    return [relu, exp, tanh, sigmoid, softplus].map((f) => f(x)).concat(log(exp(x)))
  },
  'functions of two numbers': () => {
    const [a, b] = [wave([333_333], 1), wave([333_333], 2)]
    return [add(a, b), div(a, b), maximum(a, b), where(greater(a, b), a, b)]
  },
  broadcasting: () => [
    mul(image(), wave([6], 2)),
    sub(image(), wave([16, 1, 1, 6], 2)),
    add(wave([37, 1, 6], 2), image()),
    mul(wave([5000, 1], 1), wave([1, 77], 2)),
  ],
  sums: () => [
    ...[[0, 1, 2], [1, 2], [3], [0, 1, 2, 3], [0, 2]].flatMap((axes) => [sum(image(), axes), mean(image(), axes)]),
    ...[[0, 1, 2], [1, 2], [3]].flatMap((axes) => [max(image(), axes), min(image(), axes)]),
    sum(wave([40, 5000], 1), 0),
  ],
  pools: () => [
    maxPool(image(), 2, 2, 'valid'),
    avgPool(image(), 3, 2, 'same'),
    grad(pooled((x) => maxPool(x, 3, 2, 'same')))(image()),
    grad(pooled((x) => avgPool(x, 3, 2, 'same')))(image()),
  ],
  'what moves': () => [
    transpose(image(), [0, 3, 1, 2]),
    transpose(image(), [2, 0, 1, 3]),
    slice(image(), [0, 3, 2, 1], [16, 30, 20, 4]),
    concat([image(), image()], 3),
  ],
  'depthwise convolutions': () => {
    const filter = wave([3, 3, 6, 2], 2) as Tensor4D
    return [
      depthwiseConv2d(image(), filter, 1, 'same'),
      fused.depthwiseConv2d({ x: image(), filter, strides: 2, pad: 'same', bias: wave([12], 3), activation: 'relu' }),
    ]
  },
  softmax: () => {
    const logits = wave([4000, 10], 1)
    const [y] = [softmax(logits)]
    return [
      y,
      grad((x: Tensor) => softmax(x))(logits, wave([4000, 10], 2)),
      tensor1d(runKernel('LogSoftmax', { logits }, { axis: 1 }).values),
      tensor1d(runKernel('GgLogSoftmaxGrad', { dy: logits, y }, {}).values),
    ]
  },
  'what spreads and gathers': () => [
    grad((x: Tensor) => mean(x, [1, 2]))(image(), wave([16, 6], 2)),
    grad((x: Tensor) => sum(x, 3))(image(), wave([16, 37, 23], 2)),
    tile(image(), [1, 2, 1, 3]),
    unsortedSegmentSum(wave([20_000, 33], 1), tensor1d(wave([20_000], 1, 50).dataSync(), 'int32'), 700),
  ],
  'gradients of activations': () => [relu, tanh, sigmoid].map((f) => grad(f as (x: Tensor) => Tensor)(image())),
  'cross entropy': () => {
    const inputs = { logits: wave([4000, 10], 1), labels: reshape(wave([40_000], 2), [4000, 10]) }
    return [tensor1d(runKernel('GgSoftmaxCrossEntropy', inputs, {}).values)]
  },
}

/** The bits that `body` gives on that many threads; strings, because comparing numbers one by one is slow. */
async function on(threads: number, body: () => Tensor[]): Promise<string[]> {
  await enableWasm({ threads })
  return tidy(() => body().map((result) => Buffer.from((result.dataSync() as Float32Array).buffer).toString('base64')))
}

describe.each(Object.entries(CASES))('%s', (_, body) => {
  test('one, two and five threads give the same bits', async () => {
    const one = await on(1, body)
    expect(await on(2, body)).toEqual(one)
    expect(await on(5, body)).toEqual(one)
  })
})
