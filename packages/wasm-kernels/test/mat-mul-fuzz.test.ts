import { dispose, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACTIVATIONS, LEAKY_SLOPE } from './activations.ts'
import { forEachBuild } from './for-each-build.ts'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'
import { runKernel } from './run-kernel.ts'

onWasm()

interface Product {
  readonly outerA: readonly number[]
  readonly outerB: readonly number[]
  readonly m: number
  readonly k: number
  readonly n: number
  readonly transposeA: boolean
  readonly transposeB: boolean
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)
const sumOf = (n: number) => ({ rtol: 1e-5, atol: 1e-6 + 1e-7 * n })
const shapeA = ({ outerA, m, k, transposeA }: Product) => [...outerA, ...(transposeA ? [k, m] : [m, k])]
const shapeB = ({ outerB, n, k, transposeB }: Product) => [...outerB, ...(transposeB ? [n, k] : [k, n])]

function naive(c: Product, a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const { outerA, outerB, m, k, n } = c
  const outer = outerA.map((d, i) => (d === 1 ? outerB[i]! : d))
  const y = new Float64Array(size(outer) * m * n)
  /** The matrix of a stack that belongs to product p. */
  const matrix = (p: number, own: readonly number[]) => {
    let [rest, at, stride] = [p, 0, 1]
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      at += (own[axis] === 1 ? 0 : rest % outer[axis]!) * stride
      stride *= own[axis]!
      rest = Math.floor(rest / outer[axis]!)
    }
    return at
  }
  for (let p = 0; p < size(outer); p++) {
    const [fromA, fromB] = [matrix(p, outerA) * m * k, matrix(p, outerB) * k * n]
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let q = 0; q < k; q++) {
          sum += a[fromA + (c.transposeA ? q * m + i : i * k + q)]! * b[fromB + (c.transposeB ? j * k + q : q * n + j)]!
        }
        y[(p * m + i) * n + j] = sum
      }
    }
  }
  return y
}

const length = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(1, 31, 32, 33, 64, 65, 100))
const outer = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom('both', 'a', 'b')), { maxLength: 2 })
  .map((axes) => ({
    outerA: axes.map(([n, who]) => (who === 'b' ? 1 : n)),
    outerB: axes.map(([n, who]) => (who === 'a' ? 1 : n)),
  }))
const products: fc.Arbitrary<Product> = fc
  .record({ outer, m: length, k: length, n: length, transposeA: fc.boolean(), transposeB: fc.boolean() })
  .map(({ outer: stacks, ...rest }) => ({ ...stacks, ...rest }))

function check(c: Product, a: Tensor, b: Tensor): void {
  const { transposeA, transposeB, k, m, n } = c
  const y = runKernel('BatchMatMul', { a, b }, { transposeA, transposeB })
  expect(y.shape.slice(-2)).toEqual([m, n])
  expect(y.values).toBeAllClose(naive(c, a.dataSync(), b.dataSync()), sumOf(k))
}

function checkRandom(c: Product): void {
  const [a, b] = [randomNumbers(shapeA(c), 1), randomNumbers(shapeB(c), 2)]
  check(c, a, b)
  dispose([a, b])
}

/** What random sizes are too small for. */
const LARGE: Readonly<Record<string, readonly [m: number, k: number, n: number]>> = {
  'a long inner dimension': [7, 3001, 9],
  'a long inner dimension, many columns': [50, 1030, 70],
  'blocks of rows': [1000, 70, 10],
  'vector times matrix': [1, 513, 1027],
  'matrix times vector': [1027, 513, 1],
  'two numbers': [1, 5000, 1],
}

forEachBuild(() => {
  test('any product as in float64', () => {
    fc.assert(fc.property(products, checkRandom), { numRuns: FUZZ })
  })

  test.each(Object.entries(LARGE))('%s', (_, [m, k, n]) => {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        checkRandom({ outerA: [], outerB: [], m, k, n, transposeA, transposeB })
      }
    }
  })

  test('any fused product as in float64', () => {
    const fused = fc.record({
      product: products,
      activation: fc.constantFrom(...Object.keys(ACTIVATIONS)),
      bias: fc.constantFrom('none', 'one', 'all'),
    })
    fc.assert(
      fc.property(fused, ({ product: c, activation, bias }) => {
        const inputs: Record<string, Tensor> = { a: randomNumbers(shapeA(c), 1), b: randomNumbers(shapeB(c), 2) }
        if (bias !== 'none') inputs['bias'] = randomNumbers([bias === 'one' ? 1 : c.n], 3)
        if (activation === 'prelu') inputs['preluActivationWeights'] = randomNumbers([c.n], 4)
        const { transposeA, transposeB, k, n } = c
        const biases = inputs['bias']?.dataSync() ?? [0]
        const slopes = inputs['preluActivationWeights']?.dataSync() ?? []
        const sums = naive(c, inputs['a']!.dataSync(), inputs['b']!.dataSync())
        const expected = sums.map((sum, i) =>
          ACTIVATIONS[activation]!(sum + biases[(i % n) % biases.length]!, slopes[i % n]!),
        )
        const attrs = { transposeA, transposeB, activation, leakyreluAlpha: LEAKY_SLOPE }
        expect(runKernel('_FusedMatMul', inputs, attrs).values).toBeAllClose(expected, sumOf(k))
        dispose(inputs)
      }),
      { numRuns: FUZZ },
    )
  })

  test('an inner size of 0 gives the activation of the bias', () => {
    for (const transposeA of [false, true]) {
      const a = zeros(transposeA ? [1, 0, 3] : [1, 3, 0])
      const bias = tensor([-1, 2])
      const attrs = { transposeA, transposeB: false, activation: 'relu' }
      const y = runKernel('_FusedMatMul', { a, b: zeros([1, 0, 2]), bias }, attrs)
      expect([...y.values]).toEqual([0, 2, 0, 2, 0, 2])
      expect([...runKernel('_FusedMatMul', { a, b: zeros([1, 0, 2]) }, attrs).values]).toEqual([0, 0, 0, 0, 0, 0])
    }
  })

  test('infinities and NaN go where IEEE says', () => {
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const [m, k, n] of [
        [5, 6, 11],
        [1, 9, 7],
        [7, 9, 1],
        [9, 40, 70],
      ] as const) {
        for (const transposeA of [false, true]) {
          const c: Product = { outerA: [], outerB: [], m, k, n, transposeA, transposeB: !transposeA }
          const values = randomNumbers(shapeA(c), 1).dataSync().slice() as Float32Array
          values[values.length >> 1] = special
          check(c, tensor(values, shapeA(c)), randomNumbers(shapeB(c), 2))
        }
      }
    }
  })
})
