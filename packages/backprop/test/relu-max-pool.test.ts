import { addBias, poolingMatrix, reluMaxPool } from '@gg/backprop'
import { chain, disposeTree, transformGradient, valueAndGrad } from '@gg/core'
import { gate } from '@gg/gating'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  conv2d,
  matMul,
  maxPool,
  memory,
  mul,
  type Rank,
  relu,
  reshape,
  type Scalar,
  square,
  step,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tensor4d,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'
import { tapeOf } from './tape-of.ts'

const image = [3, 2, 3, 6, 4, 5, 4, 9, 2, 1, 2, 6, 3, 4, 3, 2]
const gradientOf = (f: (x: Tensor4D) => Tensor, x: Tensor4D) =>
  tidy(() => valueAndGrad((at: Tensor4D) => sum(f(at)) as Scalar)(x).grads)

onBackends((backend) => {
  describe('form (6) of reluMaxPool', () => {
    it('is form (5), with both written as matrices', () => {
      const map: Tensor2D = numbersOf([6, 4], 3, { scale: 2 })
      const v: Tensor2D = numbersOf([1, 6], 4)
      const vec = (x: Tensor2D) => reshape(transpose(x), [1, x.size])
      tidy(() => {
        const matrix = poolingMatrix(map, 2)
        const s = vec(map)
        const next = relu(matMul(s, matrix, false, true))
        const five = mul(matMul(v, matrix), step(s))
        const six = matMul(mul(v, step(next)), matrix)
        expect(six).toBeAllClose(five, { rtol: 0, atol: 0 })
        expect(six.dataSync().some((g) => g !== 0)).toBe(true)
        // v runs over vec(pooled), the operation over rows: transpose there and back.
        const dy = reshape(transpose(reshape(v, [2, 3])), [1, 3, 2, 1])
        const found = gradientOf((at) => mul(reluMaxPool(at, 2), dy), reshape(map, [1, 6, 4, 1]))
        expect(vec(reshape(found, [6, 4]))).toBeAllClose(five, { rtol: 0, atol: 0 })
      })
      disposeTree([map, v])
    })

    it('gives ties to the first maximum, row by row', () => {
      const x = tensor4d([1, 7, 7, 7, 2, 2, 2, 2], [2, 2, 2, 1])
      for (const [window, strides] of [
        [2, 2],
        [2, 1],
      ] as const) {
        const gradient = gradientOf((at) => reluMaxPool(at, window, { strides }), x)
        expect(Array.from(gradient.dataSync())).toEqual([0, 1, 0, 0, 1, 0, 0, 0])
        gradient.dispose()
      }
      x.dispose()
    })

    it('passes nothing where all of a window is 0 or below', () => {
      const x = tensor4d([-1, -2, -3, -4, 0, -1, -1, 0], [2, 2, 2, 1])
      const gradient = gradientOf((at) => reluMaxPool(at, 2), x)
      expect(Array.from(gradient.dataSync())).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
      disposeTree([x, gradient])
    })

    it('tells neighbours of the last bit apart, whatever their size', () => {
      const ulp = 2 ** -23
      for (const size of [2 ** -60, 1e-10, 1, 1e30]) {
        const x = tensor4d(
          [1, 1 + ulp, 1 - ulp / 2, 1].map((y) => y * size),
          [1, 2, 2, 1],
        )
        const gradient = gradientOf((at) => reluMaxPool(at, 2), x)
        expect(Array.from(gradient.dataSync()), String(size)).toEqual([0, 1, 0, 0])
        disposeTree([x, gradient])
      }
    })

    it('is the gradient of tfjs on cpu for any window, stride and padding', async () => {
      // On wasm tfjs' own is no oracle for ties at 0; PyTorch's numbers are in golden.test.ts.
      if (backend !== 'cpu') return
      const size = fc.integer({ min: 1, max: 4 })
      const geometry = fc.record({
        shape: fc.tuple(
          fc.integer({ min: 1, max: 2 }),
          fc.integer({ min: 4, max: 9 }),
          fc.integer({ min: 4, max: 9 }),
          size,
        ),
        window: fc.tuple(size, size),
        strides: fc.tuple(size, size),
        pad: fc.constantFrom('same' as const, 'valid' as const),
        seed: fc.integer({ min: 0, max: 999 }),
      })
      fc.assert(
        fc.property(geometry, ({ shape, window, strides, pad, seed }) => {
          expectNoLeak(() =>
            tidy(() => {
              const x = numbersOf<Rank.R4>(shape, seed, { scale: 2 })
              const weigh = (y: Tensor) => mul(y, numbersOf(y.shape, seed + 1))
              const ours = gradientOf((at) => weigh(reluMaxPool(at, window, { strides, pad })), x)
              const theirs = gradientOf((at) => weigh(maxPool(relu(at), window, strides, pad)), x)
              expect(ours).toBeAllClose(theirs, { rtol: 1e-6, atol: 1e-6 })
            }),
          )
        }),
        { numRuns: 60 },
      )
    })

    it('composes with a gate after the pool, and before it', () => {
      expectNoLeak(() =>
        tidy(() => {
          const x: Tensor4D = numbersOf([2, 6, 6, 2], 5, { scale: 2 })
          const tx = chain(gate())
          const net = (pool: (s: Tensor4D) => Tensor4D) => (at: Tensor4D) =>
            square(transformGradient(pool(transformGradient(at, tx)), tx))
          const ours = gradientOf(
            net((s) => reluMaxPool(s, 2)),
            x,
          )
          const theirs = gradientOf(
            net((s) => maxPool(relu(s), 2, 2, 'valid')),
            x,
          )
          expect(ours).toBeAllClose(theirs)
        }),
      )
    })

    it('keeps 0.35 of the bytes of the stock block or less', () => {
      // As tfjs keeps them on cpu and on our wasm: S without and with bias, ReLU's output, the pooled output.
      const kept = (f: (x: Tensor4D, w: Tensor4D, b: Tensor1D) => Tensor4D) => {
        const x: Tensor4D = numbersOf([4, 28, 28, 1], 1)
        const w: Tensor4D = numbersOf([5, 5, 1, 6], 2)
        const b: Tensor1D = numbersOf([6], 3)
        let bytes = 0
        const buffers = new Map<object, number>()
        const { value, grads: found } = valueAndGrad((params: { w: Tensor4D; b: Tensor1D }) => {
          const y = tidy(() => f(x, params.w, params.b))
          for (const node of tapeOf()) for (const t of node.saved) buffers.set(t.dataId, t.size * 4)
          for (const t of [x, w, b]) buffers.delete(t.dataId)
          bytes = [...buffers.values()].reduce((a, c) => a + c, 0)
          return sum(y) as Scalar
        })({ w, b })
        disposeTree([x, w, b, value, found])
        return bytes
      }
      const stock = kept((x, w, b) => maxPool(relu(add(conv2d(x, w, 1, 'same'), b)), 2, 2, 'valid'))
      const ours = kept((x, w, b) => reluMaxPool(addBias(conv2d(x, w, 1, 'same'), b), 2))
      const size = 4 * 28 * 28 * 6 * 4
      expect(stock).toBe(3.25 * size)
      // A quarter for the pooled output, two bits in 24 of it for the places.
      expect(ours).toBe((1 / 4 + 1 / 48) * size)
      expect(ours / stock).toBeLessThan(0.35)
    })

    it('refuses activations whose slope the output does not tell, with the reason', () => {
      const x = tensor4d(image, [1, 4, 4, 1])
      const before = memory().numTensors
      const accelerated = Object.assign((y: Tensor) => relu(y), { accelerated: true })
      expect(() => reluMaxPool(x, 2, { activation: accelerated })).toThrow(/accelerated one \(GAAF\).*S is below 0/)
      expect(() => reluMaxPool(x, 2, { activation: (y) => y })).toThrow(/must be 'relu'/)
      expect(reluMaxPool(x, 2, { activation: relu }).dispose()).toBeUndefined()
      expect(() => reluMaxPool(x, 0)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
      expect(() => reluMaxPool(x, 2, { strides: 1.5 })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
      expect(() => reluMaxPool(x, 2, { pad: 'full' as 'same' })).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      )
      expect(() => reluMaxPool(x, 5)).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
      expect(() => reluMaxPool(tensor1d([1]) as never, 2)).toThrow(expect.objectContaining({ code: 'SHAPE_MISMATCH' }))
      expect(memory().numTensors).toBe(before + 1)
      x.dispose()
    })
  })
})
