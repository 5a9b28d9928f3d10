import { expectNoLeak, readVectors } from '@gg/testing'
import {
  dispose,
  matMul,
  neg,
  ones,
  reshape,
  type Tensor,
  tensor2d,
  tensor3d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { onWasm } from './on-wasm.ts'
import { runKernel } from './run-kernel.ts'
import { SUMS } from './sums.ts'
import { wave } from './wave.ts'

interface MatMulCase {
  readonly a: number[]
  readonly b: number[]
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly shape: number[]
  readonly y: number[]
}

interface FusedCase extends MatMulCase {
  readonly bias: number[] | null
  readonly activation: string
}

const vectors = readVectors<{ matMul: MatMulCase[]; fusedMatMul: FusedCase[] }>('wasm-kernels')

onWasm()

describe('BatchMatMul against PyTorch', () => {
  test.each(vectors.matMul.map((c) => [`${c.transposeA} ${c.transposeB} [${c.a}] [${c.b}]`, c] as const))(
    '%s',
    (_, c) => {
      expectNoLeak(() => {
        const [a, b] = [wave(c.a, 1), wave(c.b, 2)]
        const y = matMul(a, b, c.transposeA, c.transposeB)
        expect(y.shape).toEqual(c.shape)
        expect(y).toBeAllClose(c.y, SUMS)
        dispose([a, b, y])
      })
    },
  )

  // Sizes that are not multiples of a block, and tall ones where the smaller matrix is the one to turn.
  test.each([
    [37, 50, 21],
    [300, 5, 4],
    [4, 300, 5],
    [5, 4, 300],
  ])('all four transpositions of [%i, %i] · [%i] agree', (m, k, n) => {
    const a = wave([m, k], 1)
    const b = wave([k, n], 2)
    const [aT, bT] = [wave([k, m], 3), wave([n, k], 4)]
    const plain = (x: Tensor, y: Tensor, tx: boolean, ty: boolean) => {
      const [xs, ys] = [x.arraySync() as number[][], y.arraySync() as number[][]]
      return Array.from({ length: m * n }, (_, at) => {
        const [i, j] = [Math.floor(at / n), at % n]
        let sum = 0
        for (let p = 0; p < k; p++) sum += (tx ? xs[p]![i]! : xs[i]![p]!) * (ty ? ys[j]![p]! : ys[p]![j]!)
        return sum
      })
    }
    expect(matMul(a, b)).toBeAllClose(plain(a, b, false, false), SUMS)
    expect(matMul(aT, b, true, false)).toBeAllClose(plain(aT, b, true, false), SUMS)
    expect(matMul(a, bT, false, true)).toBeAllClose(plain(a, bT, false, true), SUMS)
    expect(matMul(aT, bT, true, true)).toBeAllClose(plain(aT, bT, true, true), SUMS)
  })

  test('refuses int32 as the stock kernel does', () => {
    const a = ones([2, 2], 'int32')
    expect(() => matMul(a, a, true)).toThrow('non-float32')
  })

  test('an empty stack gives an empty result', () => {
    expect(matMul(zeros([0, 3]), zeros([3, 2])).shape).toEqual([0, 2])
  })
})

describe('_FusedMatMul against PyTorch', () => {
  test.each(
    vectors.fusedMatMul.map(
      (c) => [`${c.activation} ${c.transposeA} ${c.transposeB} [${c.a}] [${c.b}] + [${c.bias}]`, c] as const,
    ),
  )('%s', (_, c) => {
    expectNoLeak(() => {
      const inputs: Record<string, Tensor> = { a: wave(c.a, 1), b: wave(c.b, 2) }
      if (c.bias !== null) inputs['bias'] = wave(c.bias, 4)
      const columns = c.b.at(c.transposeB ? -2 : -1) ?? 0
      if (c.activation === 'prelu') inputs['preluActivationWeights'] = wave([columns], 5)
      const { transposeA, transposeB, activation } = c
      const y = runKernel('_FusedMatMul', inputs, { transposeA, transposeB, activation, leakyreluAlpha: 0.3 })
      expect(y.values).toBeAllClose(c.y, SUMS)
      dispose(inputs)
    })
  })

  test('takes a bias that was reshaped to a vector', () => {
    tidy(() => {
      const a = ones([1, 2, 2])
      const bias = reshape(tensor2d([[1, 2]]), [2])
      const attrs = { transposeA: false, transposeB: false, activation: 'linear' }
      expect(runKernel('_FusedMatMul', { a, b: a, bias }, attrs).values).toBeAllClose([3, 4, 3, 4])
    })
  })

  test('takes slopes a number in a batch, with a bias and without', () => {
    tidy(() => {
      const a = neg(ones([2, 1, 2]))
      const b = ones([2, 2, 2])
      const preluActivationWeights = tensor3d([[[1, 2]], [[3, 4]]])
      const attrs = { transposeA: false, transposeB: false, activation: 'prelu' }
      const { values } = runKernel('_FusedMatMul', { a, b, preluActivationWeights }, attrs)
      expect(values).toBeAllClose([-2, -4, -6, -8])
      const bias = ones([2])
      const biased = runKernel('_FusedMatMul', { a, b, bias, preluActivationWeights }, attrs)
      expect(biased.values).toBeAllClose([-1, -2, -3, -4])
    })
  })
})
