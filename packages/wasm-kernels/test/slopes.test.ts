import '@gg/core/register-gradients'
import '@tensorflow/tfjs-backend-cpu'
import { expectNoLeak } from '@gg/testing'
import {
  elu,
  engine,
  getKernel,
  grad,
  greater,
  leakyRelu,
  relu,
  relu6,
  setBackend,
  sigmoid,
  type Tensor,
  tanh,
  tensor1d,
  tidy,
  where,
  zeros,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'
import { runKernel } from './run-kernel.ts'

onWasm()

/** What each gives for dy and for the x or y that was kept, in float64. */
const SLOPES: Readonly<
  Record<string, readonly [kept: 'x' | 'y', f: (dy: number, kept: number) => number, attrs?: object]>
> = {
  EluGrad: ['y', (dy, y) => (y >= 0 ? dy : dy * (y + 1))],
  GgLeakyReluGrad: ['x', (dy, x) => (x > 0 ? dy : dy * Math.fround(0.2)), { alpha: 0.2 }],
  GgRelu6Grad: ['x', (dy, x) => (x <= 0 || x > 6 ? 0 : dy)],
  GgReluGrad: ['x', (dy, x) => (x <= 0 ? 0 : dy)],
  GgSigmoidGrad: ['y', (dy, y) => dy * y * (1 - y)],
  GgTanhGrad: ['y', (dy, y) => dy * (1 - y * y)],
}

const numbers = fc
  .oneof(
    { weight: 6, arbitrary: fc.double({ min: -1, max: 1 }) },
    { weight: 2, arbitrary: fc.double({ min: -10, max: 10 }) },
    fc.constantFrom(0, -0, 6, Number.NaN, Infinity, -Infinity),
  )
  .map(Math.fround)

describe.each(Object.entries(SLOPES))('%s', (name, [kept, f, attrs = {}]) => {
  test('is that of every pair', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, numbers), { maxLength: 40 }), (pairs) => {
        tidy(() => {
          const [dy, k] = [0, 1].map((i) => tensor1d(pairs.map((pair) => pair[i]!)))
          const { values } = runKernel(name, { dy: dy!, [kept]: k! }, attrs)
          const expected = pairs.map(([d, x]) => f(d, x))
          // Three roundings; 1 - y has lost digits where y is next to 1.
          expect(values).toBeAllClose(expected, { rtol: 2e-7, atol: 2e-7 })
        })
      }),
      { numRuns: FUZZ },
    )
  })

  test('leaks nothing, not of an empty tensor either', () => {
    expectNoLeak(() => {
      const x = zeros([0, 3])
      expect(runKernel(name, { dy: x, [kept]: x }, attrs).shape).toEqual([0, 3])
      x.dispose()
    })
  })
})

describe('gradients through tfjs', () => {
  afterEach(() => setBackend('wasm').then(() => undefined))

  const functions: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
    ['relu', relu],
    ['relu6', relu6],
    ['leakyRelu', (x) => leakyRelu(x, 0.2)],
    ['elu', elu],
    ['sigmoid', sigmoid],
    ['tanh', tanh],
  ]
  test.each(functions)('%s: the fused form and the plain one agree', async (_, f) => {
    const xs = [...Array.from({ length: 57 }, (_, i) => (i - 28) / 3.7), 0, -0, 6, Number.NaN, Infinity, -Infinity]
    const run = () => tidy(() => grad(f)(tensor1d(xs)).dataSync())
    const fused = run()
    await setBackend('cpu')
    expect(fused).toBeAllClose(run(), { rtol: 1e-6, atol: 1e-6 })
  })

  test('relu takes one kernel back', () => {
    const seen = vi.spyOn(engine(), 'runKernel')
    try {
      tidy(() => grad(relu as (x: Tensor) => Tensor)(tensor1d([-1, 2])))
      const names = seen.mock.calls.map(([name]) => name)
      expect(names).toContain('GgReluGrad')
      expect(names).not.toContain('Step')
    } finally {
      seen.mockRestore()
    }
  })
})

describe('Select', () => {
  test('chooses number by number, and what is not chosen may be NaN', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, numbers), { minLength: 1, maxLength: 40 }), (pairs) => {
        tidy(() => {
          const [a, b] = [0, 1].map((i) => tensor1d(pairs.map((pair) => pair[i]!))) as [Tensor, Tensor]
          const expected = pairs.map((pair) => pair[pair[0] > pair[1] ? 0 : 1])
          expect(Array.from(where(greater(a, b), a, b).dataSync())).toEqual(expected)
        })
      }),
      { numRuns: FUZZ },
    )
  })

  test('leaves rows and int32 to the stock kernel', () => {
    tidy(() => {
      const condition = tensor1d([true, false], 'bool')
      const whole = tensor1d([1, 2], 'int32')
      expect(where(condition, whole, zeros([2], 'int32')).dtype).toBe('int32')
      expect(getKernel('Select', 'wasm')).toBeDefined()
    })
  })
})
