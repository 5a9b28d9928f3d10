import { chain, disposeTree, transformGradient, valueAndGrad } from '@gg/core'
import { type AccelerateOptions, type ActivationName, accelerate, constant, gaussian, shiftedSigmoid } from '@gg/gaaf'
import { gate } from '@gg/gating'
import { lateralMask } from '@gg/lateral-mask'
import { expectNoLeak, numbersOf, onBackends, readVectors } from '@gg/testing'
import {
  backend,
  mul,
  norm,
  type Rank,
  relu,
  type Scalar,
  sigmoid,
  sum,
  type Tensor,
  tanh,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

const plain = { relu, sigmoid, tanh }
const names = ['relu', 'sigmoid', 'tanh'] as const
const { forms } = readVectors<{
  readonly forms: readonly {
    readonly activation: ActivationName
    readonly value: number
    readonly derivative: number
  }[]
}>('gaaf')

const read = (made: Tensor): number[] => {
  const numbers = Array.from(made.dataSync())
  made.dispose()
  return numbers
}
const gradOf = (f: (x: Tensor) => Tensor, x: Tensor, dy: Tensor | number = 1): number[] =>
  tidy(() => Array.from(valueAndGrad((x: Tensor) => sum(mul(f(x), dy)) as Scalar)(x).grads.dataSync()))
const inputs = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 })

onBackends(() => {
  describe('accelerate', () => {
    it('is the plain activation forward, bit for bit, in the exact form', () => {
      fc.assert(
        fc.property(inputs, fc.constantFrom(...names), (values, name) => {
          const x = tensor1d(values)
          expect(read(accelerate(name)(x))).toEqual(read(plain[name](x)))
          x.dispose()
        }),
      )
    })

    it('is the plain activation with strength 0, forward and backward', () => {
      const x = numbersOf([50], 1, 4)
      for (const name of names) {
        const off = accelerate(name, { strength: 0 })
        expect(gradOf(off, x)).toBeAllClose(gradOf(plain[name], x), { atol: 1e-7 })
        expect(read(off.derivative(x))).toBeAllClose(gradOf(plain[name], x), { atol: 1e-7 })
      }
    })

    it('multiplies the gradient by its derivative', () => {
      const [x, dy] = [numbersOf([50], 1, 4), numbersOf([50], 2)]
      for (const name of names) {
        const phi = accelerate(name)
        const expected = tidy(() => mul(phi.derivative(x), dy).dataSync())
        expect(gradOf(phi, x, dy)).toBeAllClose(expected)
      }
    })

    it('never hands down less gradient than the plain activation, nor more than s on top', () => {
      fc.assert(
        fc.property(
          inputs,
          fc.constantFrom(...names),
          fc.double({ min: 0, max: 3, noNaN: true }),
          (values, name, strength) => {
            const x = tensor1d(values)
            const [own, more] = [gradOf(plain[name], x), gradOf(accelerate(name, { strength }), x)]
            for (const [i, g] of more.entries()) {
              expect(g - own[i]!).toBeGreaterThan(-1e-6)
              expect(g - own[i]!).toBeLessThan(strength + 1e-6)
            }
            x.dispose()
          },
        ),
      )
    })

    it('asks a shape that was made from another for its own value', () => {
      const x = numbersOf([50], 1, 4)
      const other = { ...gaussian(), value: (x: Tensor) => mul(gaussian().value(x), 3) }
      for (const name of names) {
        const tripled = gradOf(accelerate(name, { shape: gaussian(), strength: 3 }), x)
        expect(gradOf(accelerate(name, { shape: other }), x), name).toBeAllClose(tripled)
      }
    })

    it.each(forms)(
      'has a literal form of $activation within 1/K of φ, and a gradient near that of the exact form',
      (form) => {
        // What float64 says, from vectors/gaaf.py; METHODS allows 1/K and 6.3e-5.
        expect(form.value).toBeLessThan(1 / 10_000)
        expect(form.derivative).toBeLessThan(6.3e-5)
        fc.assert(
          fc.property(inputs, (values) => {
            const x = tensor1d(values)
            const [exact, literal] = [accelerate(form.activation), accelerate(form.activation, { form: 'literal' })]
            // Float32 adds its rounding of y to the value, and that of the sum φ' + s to the gradient.
            const scale = Math.max(1, ...values.map(Math.abs))
            const gap = Math.max(...read(literal(x)).map((y, i) => Math.abs(y - exact(x).dataSync()[i]!)))
            expect(gap).toBeLessThan(form.value + 1.2e-7 * scale)
            const dExact = gradOf(exact, x)
            const dGap = Math.max(...gradOf(literal, x).map((d, i) => Math.abs(d - dExact[i]!)))
            expect(dGap).toBeLessThan(form.derivative + 5e-7)
            x.dispose()
          }),
          { numRuns: 30 },
        )
      },
    )

    it('loses the sawtooth of the literal form from 839 on, where float32 holds no fraction of xK', () => {
      // Where tanh is 1 and its shape is 1, nothing but the sawtooth shows; in millionths.
      const literal = accelerate('tanh', { form: 'literal', shape: constant(), K: 10_000 })
      const teeth = (at: readonly number[]) => read(literal(tensor1d([...at]))).map((y) => Math.round((1 - y) * 1e6))
      expect(teeth([839.25, 901.125, 1200.5])).toEqual([50, 50, 50])
      expect(teeth([20.00001, 20.00003, 20.00007])).toEqual([40, 20, -20].map((n) => expect.closeTo(n, -1)))
    })

    it('passes gradient through a dead ReLU, whose literal form is no longer 0 there', () => {
      const x = tensor1d([-0.32, -0.38, -0.25])
      expect(read(accelerate('relu')(x))).toEqual([0, 0, 0])
      expect(gradOf(accelerate('relu'), x).every((g) => g > 0.5)).toBe(true)
      const literal = read(accelerate('relu', { form: 'literal', K: 10 })(x))
      expect(literal.some((y) => y > 0) && literal.some((y) => y < 0)).toBe(true)
    })

    it('gives the sigmoid what tanh gets, in units of the sigmoid', () => {
      const x = numbersOf([50], 3, 4)
      const half = mul(x, 0.5)
      const fromTanh = read(accelerate('tanh').derivative(half)).map((d) => d / 4)
      expect(read(accelerate('sigmoid').derivative(x))).toBeAllClose(fromTanh)
    })

    it('asks for the strength once for each forward pass, and the backward pass uses that', () => {
      let asked = 0
      const phi = accelerate('relu', { strength: () => asked++ })
      const x = tensor1d([1, 1])
      const s = read(shiftedSigmoid().value(tensor1d([1])))[0]!
      expect(asked).toBe(0)
      expect(gradOf(phi, x)).toBeAllClose([1, 1])
      expect(gradOf(phi, x)).toBeAllClose([1 + s, 1 + s])
      expect(gradOf((x) => phi(phi(x)), x)).toBeAllClose(Array(2).fill((1 + 2 * s) * (1 + 3 * s)))
      expect(asked).toBe(4)
    })

    it('doubles the gradient at each layer of active ReLUs, and not with the norm preserved', () => {
      const deep = (options: AccelerateOptions) => (x: Tensor) =>
        Array.from({ length: 6 }).reduce<Tensor>((t) => accelerate('relu', options)(t), x)
      const x = tensor1d([8, 9])
      expect(gradOf(deep({}), x)).toBeAllClose([64, 64])
      expect(gradOf(deep({ rescale: 'preserve-norm' }), x)).toBeAllClose([1, 1])
    })

    it('keeps the norm that φ′ alone gives when it preserves the norm, and leaves no NaN of zeros', () => {
      const [x, dy] = [numbersOf([50], 1, 4), numbersOf([50], 2)]
      for (const name of names) {
        const found = tensor1d(gradOf(accelerate(name, { rescale: 'preserve-norm' }), x, dy))
        const expected = tensor1d(gradOf(plain[name], x, dy))
        expect(read(norm(found))).toBeAllClose(read(norm(expected)))
      }
      expect(gradOf(accelerate('relu', { rescale: 'preserve-norm' }), x, 0)).toEqual(Array(50).fill(0))
    })

    it('can be told from other activations', () => {
      const phi = accelerate('tanh', { form: 'literal' })
      expect([phi.accelerated, phi.activation, phi.form]).toEqual([true, 'tanh', 'literal'])
      const own = accelerate({ forward: (x) => mul(x, 2), derivative: (x) => zeros(x.shape) }, { shape: gaussian() })
      expect([own.accelerated, own.activation, own.form]).toEqual([true, 'custom', 'exact'])
      expect('accelerated' in relu).toBe(false)
    })

    it('takes any shape, and works between sites', () => {
      const y = numbersOf<Rank.R4>([1, 6, 6, 2], 9, 2)
      const dy = numbersOf<Rank.R4>([1, 6, 6, 2], 1)
      const phi = accelerate('relu')
      const found = gradOf((y) => transformGradient(phi(transformGradient(y, gate())), lateralMask()), y, dy)
      const expected = tidy(() => {
        const [masked] = lateralMask().update(dy, {})
        return Array.from(
          chain(gate())
            .update(mul(masked, phi.derivative(y)), [{}], y)[0]
            .dataSync(),
        )
      })
      expect(found).toBeAllClose(expected)
      expect(phi(y).shape).toEqual([1, 6, 6, 2])
    })

    it('lets NaN show, in the input and in the gradient', () => {
      const [nan, one] = [tensor1d([Number.NaN, 1]), tensor1d([1, 1])]
      for (const name of names) {
        for (const form of ['exact', 'literal'] as const) {
          const phi = accelerate(name, { form })
          expect(gradOf(phi, nan)[0], name).toBeNaN()
          expect(gradOf(phi, one, nan)[0], name).toBeNaN()
          expect(gradOf(phi, nan)[1], name).toBeGreaterThan(0)
        }
      }
    })

    it('reads no value back and leaks nothing', () => {
      expectNoLeak(() => {
        const x = numbersOf([20], 2)
        const reads = [vi.spyOn(backend(), 'read'), vi.spyOn(backend(), 'readSync')]
        for (const name of names) {
          for (const form of ['exact', 'literal'] as const) {
            for (const rescale of ['none', 'preserve-norm'] as const) {
              const phi = accelerate(name, { form, rescale, strength: 0.5 })
              disposeTree(valueAndGrad((x: Tensor) => sum(phi(x)) as Scalar)(x))
              phi.derivative(x).dispose()
            }
          }
        }
        expect(reads.map((spy) => spy.mock.calls.length)).toEqual([0, 0])
        x.dispose()
      })
    })

    it.each([
      [
        () => accelerate('elu' as 'relu'),
        "accelerate: `activation` must be one of 'relu', 'sigmoid', 'tanh' or a definition, got 'elu'.",
      ],
      [
        () => accelerate({ forward: relu, derivative: relu } as never),
        'accelerate: `shape` must be given for an activation of your own, got undefined.',
      ],
      [
        () => accelerate('relu', { form: 'fast' as 'exact' }),
        "accelerate: `form` must be one of 'exact', 'literal', got 'fast'.",
      ],
      [
        () => accelerate('relu', { rescale: 'l1' as 'none' }),
        "accelerate: `rescale` must be one of 'none', 'preserve-norm', got 'l1'.",
      ],
      [() => accelerate('relu', { K: 0 }), 'accelerate: `K` must be a finite number above 0, got 0.'],
      [() => accelerate('relu', { strength: Number.NaN }), 'accelerate: `strength` must be a finite number, got NaN.'],
      [() => gaussian(0), 'gaussian: `c` must be a finite number above 0, got 0.'],
      [() => gaussian(1, Number.NaN), 'gaussian: `height` must be a finite number, got NaN.'],
      [
        () => shiftedSigmoid(Number.POSITIVE_INFINITY),
        'shiftedSigmoid: `slope` must be a finite number, got Infinity.',
      ],
      [() => shiftedSigmoid(1, Number.NaN), 'shiftedSigmoid: `shift` must be a finite number, got NaN.'],
      [() => constant(Number.NaN), 'constant: `value` must be a finite number, got NaN.'],
    ])('says what is wrong: %#', (make, message) => {
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
    })

    it('refuses input that has no gradient and a strength that is no number, and leaks nothing', () => {
      expectNoLeak(() => {
        const [whole, x] = [tensor1d([1, 2], 'int32'), tensor1d([1])]
        const code = 'INVALID_ARGUMENT'
        expect(() => accelerate('relu')(whole)).toThrow(expect.objectContaining({ code }))
        const broken = accelerate('relu', { strength: () => Number.NaN })
        expect(() => broken(x)).toThrow(expect.objectContaining({ code }))
        expect(() => broken.derivative(x)).toThrow(expect.objectContaining({ code }))
        disposeTree([whole, x])
      })
    })
  })

  describe('shapes', () => {
    it.each([
      ['gaussian', gaussian(3, 2)],
      ['shiftedSigmoid', shiftedSigmoid(2, -0.5)],
      ['constant', constant(0.5)],
    ])('%s has the derivative it says', (_, shape) => {
      const [h, at] = [2 ** -6, [-2, -0.7, 0, 0.4, 1.9]]
      const value = (offset: number) => read(tidy(() => mul(shape.value(tensor1d(at.map((x) => x + offset))), 1)))
      const [up, down] = [value(h), value(-h)]
      const slope = read(tidy(() => mul(shape.derivative(tensor1d(at)), 1)))
      // Central differences at this step are off by h²/6 · s''' < 3e-4, and by float32's rounding over 2h.
      for (const [i, d] of slope.entries())
        expect(d).toBeCloseTo((up[i % up.length]! - down[i % down.length]!) / (2 * h), 3)
    })
  })
})
