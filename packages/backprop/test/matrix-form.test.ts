import { im2col, poolingMatrix, reluMaxPool, squaredLossGradient } from '@gg/backprop'
import { disposeTree, valueAndGrad } from '@gg/core'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  conv2d,
  matMul,
  reshape,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'

const image = [3, 2, 3, 6, 4, 5, 4, 9, 2, 1, 2, 6, 3, 4, 3, 2]

onBackends(() => {
  describe('the example of the source', () => {
    it('selects the numbers 6, 8, 14, 15 of vec(image), 1-based', () => {
      expectNoLeak(() => {
        const map = tensor2d(image, [4, 4])
        const matrix = poolingMatrix(map, 2)
        const rows = matrix.arraySync()
        expect(rows.map((row) => row.indexOf(1) + 1)).toEqual([6, 8, 14, 15])
        expect(rows.map((row) => row.reduce((a, b) => a + b))).toEqual([1, 1, 1, 1])
        // v P_pool with v = (1, 2, 3, 4).
        const v = tensor2d([[1, 2, 3, 4]])
        const back = matMul(v, matrix)
        expect(back.arraySync()).toEqual([[0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3, 4, 0]])
        // P_pool · vec(image) is the pooled image, column by column: [[5, 9], [4, 6]].
        const pooled = tidy(() => matMul(matrix, reshape(transpose(map), [16, 1])))
        expect(Array.from(pooled.dataSync())).toEqual([5, 4, 9, 6])
        disposeTree([map, matrix, v, back, pooled])
      })
    })

    it('is what reluMaxPool does', () => {
      const x = tensor4d(image, [1, 4, 4, 1])
      const pooled = reluMaxPool(x, 2)
      expect(Array.from(pooled.dataSync())).toEqual([5, 9, 4, 6])
      disposeTree([x, pooled])
    })
  })

  it('squaredLossGradient is the gradient of the squared loss', () => {
    expectNoLeak(() =>
      tidy(() => {
        const [z, y] = [numbersOf([3, 4], 1), numbersOf([3, 4], 2)]
        const { grads: expected } = valueAndGrad((at: Tensor) => sum(square(sub(at, y))) as Scalar)(z)
        expect(squaredLossGradient(z, y)).toBeAllClose(expected)
      }),
    )
  })

  it('im2col turns a convolution into a product of matrices', () => {
    expectNoLeak(() =>
      tidy(() => {
        const x: Tensor4D = numbersOf([2, 6, 5, 3], 1)
        const w: Tensor4D = numbersOf([3, 2, 3, 4], 2)
        const product = matMul(im2col(x, [3, 2], { strides: [2, 1], pad: 'same' }), reshape(w, [18, 4]))
        const expected = conv2d(x, w, [2, 1], 'same')
        expect(reshape(product, expected.shape)).toBeAllClose(expected)
      }),
    )
  })
})
