import { startTensorflow } from '@gg/native'
import {
  argMax,
  argMin,
  avgPool,
  conv2d,
  denseBincount,
  depthwiseConv2d,
  exp,
  expandDims,
  fill,
  fused,
  grad,
  grads,
  maxPool,
  prelu,
  setBackend,
  step,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { NEEDS, withTensorflow } from './library.ts'

type Padding = number | [[0, 0], [number, number], [number, number], [0, 0]]

function wave(shape: number[], seed = 0): Tensor {
  const size = shape.reduce((product, length) => product * length, 1)
  return tensor(
    Array.from({ length: size }, (_, i) => Math.sin(1.3 * i + seed)),
    shape,
  )
}

// tfjs' cpu backend is the reference where it is right; what it has wrong is held to numbers written down here.
withTensorflow(`the kernels that we put in place of tfjs-node's ${NEEDS}`, () => {
  beforeAll(async () => {
    await startTensorflow()
  }, 120_000)

  async function numbersOn(backend: string, body: () => Tensor | Tensor[]): Promise<number[][]> {
    await setBackend(backend)
    return tidy(() => [body()].flat().map((result) => Array.from(result.dataSync())))
  }

  async function expectSame(body: () => Tensor | Tensor[]): Promise<void> {
    const expected = await numbersOn('cpu', body)
    const actual = await numbersOn('tensorflow', body)
    // Sums of up to 100 numbers of size 1 in another order.
    expect(actual.flat()).toBeAllClose(expected.flat(), { rtol: 1e-5, atol: 2e-5 })
  }

  const paddings: readonly (readonly [name: string, pad: Padding])[] = [
    ['1', 1],
    [
      "that of 'same', on the other side",
      [
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 0],
      ],
    ],
    ['2', 2],
    [
      'its own on each side',
      [
        [0, 0],
        [1, 0],
        [2, 1],
        [0, 0],
      ],
    ],
  ]

  describe.each(paddings)('padding %s', (_, pad) => {
    it.each([1, 2])('convolutions and their gradients, stride %d', async (stride) => {
      const convolve = (x: Tensor, w: Tensor) => conv2d(x as Tensor4D, w as Tensor4D, stride, pad as number)
      await expectSame(() => [
        convolve(wave([2, 7, 6, 3]), wave([3, 3, 3, 4], 1)),
        ...grads((x, w) => sum(convolve(x, w)))([wave([2, 7, 6, 3]), wave([3, 3, 3, 4], 1)]),
      ])
    })

    it('depthwise convolutions and their gradients', async () => {
      const convolve = (x: Tensor, w: Tensor) => depthwiseConv2d(x as Tensor4D, w as Tensor4D, 1, pad as number)
      await expectSame(() => [
        convolve(wave([2, 7, 6, 3]), wave([3, 3, 3, 2], 1)),
        ...grads((x, w) => sum(convolve(x, w)))([wave([2, 7, 6, 3]), wave([3, 3, 3, 2], 1)]),
      ])
    })

    it('pooling', async () => {
      await expectSame(() => [
        maxPool(wave([2, 7, 6, 3]) as Tensor4D, 3, 2, pad as number),
        avgPool(wave([2, 7, 6, 3]) as Tensor4D, 3, 2, pad as number),
        grad((x) => sum(maxPool(x as Tensor4D, 3, 2, pad as number)))(wave([2, 7, 6, 3])),
      ])
    })
  })

  it('pooling whose size is rounded up, and its gradients', async () => {
    const pools = [maxPool, avgPool].map((pool) => (x: Tensor) => pool(x as Tensor4D, 3, 2, 1, 'ceil'))
    await expectSame(() => pools.map((pool) => pool(wave([2, 8, 6, 3]))))
    // The cpu backend rounds down on the way back. Every number of a gradient goes somewhere: Σ dx = Σ dy.
    await setBackend('tensorflow')
    const size = 2 * 5 * 4 * 3
    for (const pool of pools)
      expect(tidy(() => sum(grad((x) => sum(pool(x)))(wave([2, 8, 6, 3]))).dataSync()[0])).toBeCloseTo(size, 3)
  })

  it('the gradient of average pooling gives back all that it is given', async () => {
    // Σ dx = Σ dy, since each mean is over the pixels within the map. The cpu backend loses some at the border.
    await setBackend('tensorflow')
    tidy(() => {
      const pool = (x: Tensor) => avgPool(x as Tensor4D, 3, 1, 1)
      const dx = grad((x) => sum(pool(x)))(wave([1, 4, 4, 1]))
      expect(sum(dx).dataSync()).toBeAllClose([16])
      // The corner: shared by a window of 4 pixels, two of 6 and one of 9.
      expect(dx.dataSync()[0]).toBeCloseTo(1 / 4 + 2 / 6 + 1 / 9, 6)
    })
  })

  it('max pooling hands a NaN on, wherever it is in its window', async () => {
    await setBackend('tensorflow')
    for (let at = 0; at < 4; at++) {
      const numbers = [1, -2, Number.POSITIVE_INFINITY, 3].map((number, i) => (i === at ? Number.NaN : number))
      const pooled = tidy(() =>
        Array.from(maxPool(tensor(numbers, [1, 2, 2, 1]) as Tensor4D, 2, 2, 'valid').dataSync()),
      )
      expect(pooled).toEqual([Number.NaN])
    }
    const untouched = tidy(() => maxPool(tensor([1, -2, 5, 3], [1, 2, 2, 1]) as Tensor4D, 2, 2, 'valid').dataSync()[0])
    expect(untouched).toBe(5)
  })

  it('ties of max pooling go to the first, and maxima below zero get their gradient', async () => {
    await setBackend('tensorflow')
    const of = (numbers: number[]) =>
      tidy(() =>
        Array.from(grad((x) => sum(maxPool(x as Tensor4D, 2, 2, 'valid')))(tensor(numbers, [1, 2, 2, 1])).dataSync()),
      )
    expect(of([1, 1, 1, 1])).toEqual([1, 0, 0, 0])
    expect(of([-3, -2, -1, -4])).toEqual([0, 0, 1, 0])
  })

  it('step keeps a NaN, and has a slope below zero', async () => {
    await setBackend('tensorflow')
    const x = [Number.NaN, -1, 0, 2, Number.NEGATIVE_INFINITY]
    expect(tidy(() => Array.from(step(tensor(x)).dataSync()))).toEqual([Number.NaN, 0, 0, 1, 0])
    expect(tidy(() => step(tensor(x), 0.25).dataSync())).toBeAllClose([Number.NaN, 0.25, 0.25, 1, 0.25])
  })

  it('prelu of infinities', async () => {
    await setBackend('tensorflow')
    const { POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: minus } = Number
    const result = tidy(() => Array.from(prelu(tensor([inf, minus, -2, 3]), tensor([0.5, 0.5, 0.25, 0.5])).dataSync()))
    expect(result).toEqual([inf, minus, -0.5, 3])
  })

  it('those that call methods of tensors, which Node has not', async () => {
    await expectSame(() => [
      exp(tensor([0, 1, 2], [3], 'int32')),
      argMax(tensor([0, 1, 1], [3], 'bool')),
      argMin(tensor([1, 0, 0], [3], 'bool')),
      argMax(wave([3, 4]), 1),
      expandDims(wave([2, 3]), 1),
      expandDims(wave([2, 3]), -1),
    ])
  })

  it('counts', async () => {
    const counted = (weights: Tensor1D) => denseBincount(tensor([0, 2, 2, 1, 5], [5], 'int32') as Tensor1D, weights, 4)
    await expectSame(() => [
      counted(tensor([]) as Tensor1D),
      counted(tensor([1, 0.5, 0.25, 2, 1]) as Tensor1D),
      denseBincount(tensor([0, 1, 1, 3], [2, 2], 'int32') as Tensor2D, tensor([]) as Tensor2D, 4, true),
    ])
  })

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const)(
    'a dense layer with %s',
    async (activation) => {
      await expectSame(() =>
        fused.matMul({
          a: wave([3, 4]),
          b: wave([5, 4], 2),
          transposeB: true,
          bias: wave([5], 3),
          activation,
          leakyreluAlpha: 0.2,
          ...(activation === 'prelu' && { preluActivationWeights: fill([5], 0.3) }),
        }),
      )
    },
  )
})
