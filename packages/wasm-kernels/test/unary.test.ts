import { expectNoLeak } from '@gg/testing'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  backend,
  clone,
  elu,
  engine,
  exp,
  type NamedAttrMap,
  relu,
  sigmoid,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'
import { runKernel, runKernelOn } from './run-kernel.ts'

onWasm()

/** The functions in float64, how far float32 may be off (in units of the result, relative), and their attributes. */
const FUNCTIONS: Readonly<Record<string, readonly [f: (x: number) => number, error: number, attrs?: object]>> = {
  Abs: [Math.abs, 0],
  ClipByValue: [(x) => Math.min(Math.max(x, -0.5), 2), 0, { clipValueMin: -0.5, clipValueMax: 2 }],
  Elu: [(x) => (x < 0 ? Math.expm1(x) : x), 1.2e-7],
  Exp: [Math.exp, 1.2e-7],
  LeakyRelu: [(x) => (x < 0 ? Math.fround(0.2) * x : x), 6e-8, { alpha: 0.2 }],
  Log: [Math.log, 1.2e-7],
  Neg: [(x) => -x, 0],
  Reciprocal: [(x) => 1 / x, 6e-8],
  Relu: [(x) => x && Math.max(x, 0), 0],
  Relu6: [(x) => x && Math.min(Math.max(x, 0), 6), 0],
  Rsqrt: [(x) => 1 / Math.sqrt(x), 1.2e-7],
  Sigmoid: [(x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))), 2.4e-7],
  Sign: [Math.sign, 0],
  Softplus: [(x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 2.4e-7],
  Sqrt: [Math.sqrt, 6e-8],
  Square: [(x) => x * x, 6e-8],
  Step: [(x) => (x > 0 ? 1 : Number.isNaN(x) ? x : 0.25), 0, { alpha: 0.25 }],
  Tanh: [Math.tanh, 2.4e-7],
}

/** Float32 numbers of every size, and those at which functions turn. */
const numbers = fc
  .oneof(
    { weight: 5, arbitrary: fc.double({ min: -10, max: 10 }) },
    { weight: 2, arbitrary: fc.double({ min: -110, max: 110 }) },
    { weight: 2, arbitrary: fc.float() },
    fc.constantFrom(
      0,
      -0,
      1,
      -1,
      6,
      Number.NaN,
      Infinity,
      -Infinity,
      1e-45,
      -1e-45,
      1.1754944e-38,
      88.72,
      88.73,
      -103.9,
    ),
  )
  .map(Math.fround)

/** Whether `got` is the float32 number for `exact`. Where results are denormal, steps are as large as 1.4e-45. */
function isFloatOf(got: number, exact: number, error: number): boolean {
  const rounded = Math.fround(exact)
  if (Object.is(got, rounded)) return true
  if (Number.isNaN(exact) || exact === 0 || !Number.isFinite(exact)) return false
  const distance = Math.abs(exact) * error + 1.5 * 2 ** -149
  // Next to the largest number, infinity is as near.
  if (!Number.isFinite(got)) return Math.sign(got) === Math.sign(exact) && Math.abs(exact) + distance > 3.4028234e38
  return Math.abs(got - exact) <= distance
}

describe.each(Object.entries(FUNCTIONS))('%s', (name, [f, error, attrs = {}]) => {
  test('is that of every number in float64', () => {
    fc.assert(
      fc.property(fc.array(numbers, { maxLength: 40 }), (xs) => {
        const { values } = runKernelOn(name, { x: tensor1d(xs, 'float32') }, attrs)
        expect(values.length).toBe(xs.length)
        for (const [i, x] of xs.entries()) {
          if (!isFloatOf(values[i]!, f(x), error)) expect(`${name}(${x}) = ${values[i]}`).toBe(`${Math.fround(f(x))}`)
        }
      }),
      { numRuns: FUZZ },
    )
  })

  test('is NaN of NaN, wherever it lies, and does not see its neighbours', () => {
    const xs = Float32Array.from({ length: 27 }, (_, i) => (i % 5 === 3 ? Number.NaN : 0.3 * i + 0.1))
    tidy(() => {
      const { values } = runKernel(name, { x: tensor1d(xs) }, attrs)
      for (const [i, x] of xs.entries()) {
        const { values: alone } = runKernel(name, { x: tensor1d([x]) }, attrs)
        expect(values[i]).toBe(alone[0])
        expect(Number.isNaN(values[i])).toBe(i % 5 === 3)
      }
    })
  })

  test('keeps shapes, takes nothing at all, and leaks nothing', () => {
    expectNoLeak(() => {
      for (const shape of [[], [3], [2, 0], [2, 3, 4, 5]]) {
        const x = tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5), shape)
        expect(runKernel(name, { x }, attrs).shape).toEqual(shape)
        x.dispose()
      }
    })
  })
})

test('int32 goes to the stock kernels', () => {
  tidy(() => {
    const x = tensor1d([-2, 0, 3], 'int32')
    expect(relu(x).dtype).toBe('int32')
    expect(relu(x)).toBeAllClose([0, 0, 3])
  })
})

test('an input that is shared or lies at any address stays as it is', () => {
  tidy(() => {
    for (let length = 1; length < 12; length++) {
      const x = tensor1d(Array.from({ length }, (_, i) => i - 5))
      const alias = clone(x)
      const y = sigmoid(x)
      expect(alias).toBeAllClose(Array.from({ length }, (_, i) => i - 5))
      expect(y).toBeAllClose(Array.from({ length }, (_, i) => 1 / (1 + Math.exp(5 - i))))
    }
  })
})

test('memory may grow in mid-run', () => {
  tidy(() => {
    const heap = () => (backend() as BackendWasm & { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.byteLength
    const before = heap()
    const x = tensor1d([1, 2, 3])
    let y: Tensor = x
    const held: Tensor[] = []
    while (heap() === before) {
      held.push(tensor(new Float32Array(1 << 22)))
      y = elu(x)
    }
    expect(y).toBeAllClose([1, 2, 3])
    expect(exp(x)).toBeAllClose([Math.E, Math.E ** 2, Math.E ** 3])
  })
})

test('the next to last number does not read past the end', () => {
  // Every length up to a page of the heap's end would trap if vectors read beyond.
  tidy(() => {
    const attrs: NamedAttrMap = {}
    for (let length = 0; length < 70; length++) {
      const out = engine().runKernel('Neg', { x: tensor1d(new Float32Array(length).fill(2)) }, attrs) as Tensor
      expect(out.dataSync().every((v) => v === -2)).toBe(true)
    }
  })
})
