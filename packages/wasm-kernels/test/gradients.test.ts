import { expectNoLeak, readVectors } from '@gg/testing'
import {
  add,
  batchNorm,
  conv2d,
  depthwiseConv2d,
  dispose,
  gather,
  grad,
  grads,
  logSoftmax,
  matMul,
  maxPool,
  mean,
  moments,
  mul,
  neg,
  oneHot,
  relu,
  reshape,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { onWasm } from './on-wasm.ts'
import { wave } from './wave.ts'

interface NetCase {
  readonly parameters: readonly { readonly shape: number[]; readonly scale: number }[]
  readonly loss: number
  readonly gradients: readonly number[][]
}

const vectors = readVectors<{ resNet: NetCase; leNet: NetCase }>('wasm-kernels')

function batchNormed(x: Tensor, gain: Tensor, bias: Tensor): Tensor4D {
  const { mean, variance } = moments(x, [0, 1, 2])
  return batchNorm(x as Tensor4D, mean as Tensor1D, variance as Tensor1D, bias as Tensor1D, gain as Tensor1D, 1e-3)
}

const conv = (x: Tensor, w: Tensor, stride: number, pad: 'same' | 'valid') =>
  conv2d(x as Tensor4D, w as Tensor4D, stride, pad)

function crossEntropy(logits: Tensor): Scalar {
  const [batch = 0, classes = 0] = logits.shape
  const classOf = tensor1d(
    Array.from({ length: batch }, (_, i) => i % classes),
    'int32',
  )
  return neg(mean(sum(mul(logSoftmax(logits), oneHot(classOf, classes, 1, 0, 'float32')), 1)))
}

function resNet(...p: Tensor[]): Scalar {
  const [x, w1, g1, b1, w2, g2, b2, w3, g3, b3, w4, g4, b4, dense, bias] = p as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const h = relu(batchNormed(conv(x, w1, 1, 'same'), g1, b1))
  const y = relu(batchNormed(conv(h, w2, 2, 'same'), g2, b2))
  const z = batchNormed(conv(y, w3, 1, 'same'), g3, b3)
  const out = relu(add(z, batchNormed(conv(h, w4, 2, 'same'), g4, b4)))
  return crossEntropy(add(matMul(mean(out, [1, 2]) as Tensor2D, dense as Tensor2D), bias))
}

function leNet(...p: Tensor[]): Scalar {
  const [x, w1, b1, w2, b2, d1, e1, d2, e2] = p as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const h = maxPool(relu(add(conv(x, w1, 1, 'same'), b1)) as Tensor4D, 2, 2, 'valid')
  const y = maxPool(add(conv(h, w2, 1, 'valid'), b2) as Tensor4D, 2, 2, 'valid')
  const z = relu(add(matMul(reshape(y, [x.shape[0]!, -1]), d1 as Tensor2D), e1))
  return crossEntropy(add(matMul(z as Tensor2D, d2 as Tensor2D), e2))
}

onWasm()

describe('gradients of whole networks against PyTorch', () => {
  test.each([
    ['a batch-normed residual block', resNet, vectors.resNet],
    ['LeNet', leNet, vectors.leNet],
  ] as const)('%s', (_, net, { parameters, loss, gradients }) => {
    expectNoLeak(() => {
      const values = parameters.map(({ shape, scale }, i) => tidy(() => mul(wave(shape, i + 1), scale)))
      const result = tidy(() => {
        const value = net(...values)
        expect(value).toBeAllClose([loss])
        return grads(net)(values)
      })
      result.forEach((gradient, i) => {
        expect(gradient.shape, `shape of gradient ${i}`).toEqual(parameters[i]!.shape)
        // Float32 through a dozen layers, four of which divide by a standard deviation, with sums that cancel.
        expect(gradient, `gradient ${i}`).toBeAllClose(gradients[i]!, { rtol: 1e-4, atol: 1e-5 })
      })
      dispose([...values, ...result])
    })
  })
})

describe('gradients that stock WASM cannot compute', () => {
  test('of a depthwise convolution', () => {
    expectNoLeak(() =>
      tidy(() => {
        const x = wave([1, 4, 4, 2], 1) as Tensor4D
        const filter = wave([2, 2, 2, 1], 2) as Tensor4D
        const y = depthwiseConv2d(x, filter, 1, 'valid')
        const [dx, dw] = grads((a, b) => depthwiseConv2d(a as Tensor4D, b as Tensor4D, 1, 'valid'))([x, filter], y)
        // The convolution is linear in each argument: <dx, x> = <dw, filter> = <y, y>.
        const norm = sum(mul(y, y)).dataSync()
        expect(sum(mul(dx!, x))).toBeAllClose(norm)
        expect(sum(mul(dw!, filter))).toBeAllClose(norm)
      }),
    )
  })

  test('of gather, as in an embedding', () => {
    expectNoLeak(() =>
      tidy(() => {
        const table = wave([4, 2], 1) as Tensor2D
        const ids = tensor1d([1, 3, 1], 'int32')
        const dy = wave([3, 2], 2)
        const d = dy.dataSync()
        const dTable = grad((t: Tensor) => gather(t, ids))(table, dy)
        expect(dTable).toBeAllClose([0, 0, d[0]! + d[4]!, d[1]! + d[5]!, 0, 0, d[2]!, d[3]!])
      }),
    )
  })
})
