import { chain, disposeTree, masked, transformGradient, valueAndGrad } from '@gg/core'
import { type GateOptions, gate, gateFactor } from '@gg/gating'
import { expectNoLeak, numbersOf, onBackends } from '@gg/testing'
import {
  add,
  backend,
  conv2d,
  mul,
  norm,
  type Scalar,
  sigmoid,
  slice,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor1d,
  tensor4d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

/** The numbers of a new tensor, which is disposed. */
const read = (made: Tensor): number[] => {
  const numbers = Array.from(made.dataSync())
  made.dispose()
  return numbers
}
const gated = (g: Tensor, y: Tensor, options?: GateOptions): number[] => read(gate(options).update(g, {}, y)[0])

const everyOption: readonly GateOptions[] = (['elementwise', 'per-channel', 'spatial-only'] as const).flatMap(
  (variant) =>
    (['none', 'standardize'] as const).flatMap((normalize) =>
      (['none', 'preserve-norm'] as const).flatMap((rescale) =>
        (['sigmoid', 'hard-sigmoid'] as const).map((activation) => ({ variant, normalize, rescale, activation })),
      ),
    ),
)
// Above 16 in size, σ rounds to 1 in float32, and "below 1" is no longer true.
const activations = fc.float({ min: -16, max: 16, noNaN: true })
const temperatures = fc.double({ min: 1, max: 100, noNaN: true })

onBackends(() => {
  describe('gate', () => {
    it('multiplies by σ: .5 at 0, .7311/.2689 at ±1, .8808/.1192 at ±2, .9820/.0180 at ±4', () => {
      expectNoLeak(() => {
        const y = tensor1d([0, 1, -1, 2, -2, 4, -4])
        const g = tensor1d([1, 1, 1, 1, 1, 1, -1])
        const expected = [0.5, 0.7311, 0.2689, 0.8808, 0.1192, 0.982, -0.018]
        expect(gated(g, y)).toBeAllClose(expected, { rtol: 0, atol: 5e-5 }) // four digits are given
        disposeTree([y, g])
      })
    })

    it('is relu6(y + 3) / 6 as hard sigmoid', () => {
      expect(read(gateFactor(tensor1d([-9, -3, -1.5, 0, 1.5, 3, 9]), { activation: 'hard-sigmoid' }))).toBeAllClose([
        0, 0, 0.25, 0.5, 0.75, 1, 1,
      ])
    })

    it('levels towards 1/2 with a high temperature and switches with a low one', () => {
      const y = tensor1d([-2, 2])
      expect(read(gateFactor(y, { temperature: 1e6 }))).toBeAllClose([0.5, 0.5], { atol: 1e-5 })
      expect(read(gateFactor(y, { temperature: 1e-3 }))).toBeAllClose([0, 1])
    })

    it('gives dw = x ⋆ dỹ, dx = pad1(dỹ) ⋆ rot180(w), db = Σ dỹ for a 4×4 input, a 2×2 filter, a 3×3 output', () => {
      const x = [3, 2, 3, 6, 4, 5, 4, 9, 2, 1, 2, 6, 3, 4, 3, 2].map((n) => n / 8)
      const w = [0.5, -1, 0.75, 0.25]
      const dy = [1, -2, 3, 0.5, 4, -1, 2, -3, 1.5]
      const bias = -0.25
      const at = (m: readonly number[], size: number, i: number, j: number): number =>
        i < 0 || j < 0 || i >= size || j >= size ? 0 : m[size * i + j]!
      const grid = (size: number, f: (i: number, j: number) => number): number[] =>
        Array.from({ length: size * size }, (_, n) => f(Math.floor(n / size), n % size))
      const correlate = (
        m: readonly number[],
        mSize: number,
        k: readonly number[],
        kSize: number,
        out: number,
        pad = 0,
      ) =>
        grid(out, (i, j) =>
          grid(kSize, (a, b) => at(m, mSize, i + a - pad, j + b - pad) * at(k, kSize, a, b)).reduce((p, q) => p + q),
        )
      const y = correlate(x, 4, w, 2, 3).map((n) => n + bias)
      const dGated = dy.map((d, i) => d / (1 + Math.exp(-y[i]!)))

      const leaves = {
        x: tensor4d(x, [1, 4, 4, 1]),
        w: tensor4d(w, [2, 2, 1, 1]),
        b: tensor1d([bias]),
      }
      const loss = (p: typeof leaves) =>
        sum(mul(transformGradient(add(conv2d(p.x, p.w, 1, 'valid'), p.b), gate()), tensor(dy, [1, 3, 3, 1]))) as Scalar
      const { grads } = valueAndGrad(loss)(leaves)
      expect(grads.w).toBeAllClose(correlate(x, 4, dGated, 3, 2))
      expect(grads.x).toBeAllClose(correlate(dGated, 3, w.toReversed(), 2, 4, 1))
      expect(grads.b).toBeAllClose([dGated.reduce((p, q) => p + q)])
    })

    it('has factors in (0, 1) that grow with the map', () => {
      fc.assert(
        fc.property(fc.array(activations, { minLength: 2, maxLength: 20 }), temperatures, (values, temperature) => {
          const sorted = values.toSorted((a, b) => a - b)
          const factors = read(gateFactor(tensor1d(sorted), { temperature }))
          for (const [i, factor] of factors.entries()) {
            expect(factor).toBeGreaterThan(0)
            expect(factor).toBeLessThan(1)
            if (i > 0) expect(factor).toBeGreaterThanOrEqual(factors[i - 1]! - 1e-7) // the last bit may wobble
          }
          const hard = read(gateFactor(tensor1d(sorted), { temperature, activation: 'hard-sigmoid' }))
          for (const [i, factor] of hard.entries()) {
            expect(factor).toBeGreaterThanOrEqual(i > 0 ? hard[i - 1]! : 0)
            expect(factor).toBeLessThanOrEqual(1)
          }
        }),
      )
    })

    it('treats each sample by itself unless the norm is preserved', () => {
      const [y, g] = [numbersOf([3, 4, 4, 2], 1, 4) as Tensor4D, numbersOf([3, 4, 4, 2], 2) as Tensor4D]
      const second = (t: Tensor4D) => slice(t, [1, 0, 0, 0], [1, 4, 4, 2])
      for (const options of everyOption.filter(({ rescale }) => rescale === 'none')) {
        const [all] = gate(options).update(g, {}, y)
        expect(second(all), JSON.stringify(options)).toBeAllClose(gated(second(g), second(y), options))
      }
    })

    it('standardizes away the scale and the offset of a map', () => {
      const [y, g] = [numbersOf([2, 4, 4, 3], 1, 4), numbersOf([2, 4, 4, 3], 2)]
      for (const options of everyOption.filter(({ normalize }) => normalize === 'standardize')) {
        const exact = { ...options, eps: 0 }
        const expected = gated(g, y, exact)
        // A standardized number is known to some 1e-6 where its map is large.
        expect(gated(g, add(mul(y, 8), 5), exact), JSON.stringify(options)).toBeAllClose(expected, { atol: 1e-5 })
      }
    })

    it('has the gate 1/2 for a map of one number, standardized', () => {
      expect(read(gateFactor(tensor4d([7, -3], [1, 1, 1, 2]), { normalize: 'standardize' }))).toEqual([0.5, 0.5])
    })

    it('shares the gate among positions per channel, and among channels in space', () => {
      const y = numbersOf([2, 4, 3, 5], 1, 4)
      expect(gateFactor(y, { variant: 'per-channel' }).shape).toEqual([2, 1, 1, 5])
      expect(gateFactor(y, { variant: 'spatial-only' }).shape).toEqual([2, 4, 3, 1])
      // A dense layer's units are channels in one position.
      const units = numbersOf([2, 5], 1, 4)
      expect(read(gateFactor(units, { variant: 'per-channel' }))).toEqual(read(gateFactor(units)))
      expect(gateFactor(units, { variant: 'spatial-only' }).shape).toEqual([2, 1])
    })

    it('halves the gradient at each of D gates on maps of 0, and not with the norm preserved', () => {
      const through = (options: GateOptions): number[] => {
        const deep = (y: Tensor) =>
          Array.from({ length: 6 }).reduce<Tensor>((t) => transformGradient(t, gate(options)), y)
        return read(valueAndGrad((y: Tensor) => sum(deep(y)) as Scalar)(zeros([4])).grads)
      }
      expect(through({})).toBeAllClose([2 ** -6, 2 ** -6, 2 ** -6, 2 ** -6])
      expect(through({ rescale: 'preserve-norm' })).toBeAllClose([1, 1, 1, 1])
    })

    it('keeps the L2 norm and the direction of each number when it preserves the norm', () => {
      const [y, g] = [numbersOf([2, 4, 4, 3], 1, 4), numbersOf([2, 4, 4, 3], 2)]
      for (const options of everyOption.filter(({ rescale }) => rescale === 'preserve-norm')) {
        const result = gated(g, y, options)
        expect(read(norm(tensor1d(result)))).toBeAllClose(read(norm(g)))
        const before = g.dataSync()
        expect(result.every((n, i) => n * before[i]! >= 0)).toBe(true)
      }
    })

    it('leaves no NaN behind where the gradient is zero or the gate is shut', () => {
      const y = tensor1d([-5, -6])
      expect(gated(zeros([2]), y, { rescale: 'preserve-norm' })).toEqual([0, 0])
      const shut = gated(tensor1d([1, 2]), y, { rescale: 'preserve-norm', activation: 'hard-sigmoid' })
      expect(shut).toEqual([0, 0])
    })

    it('lets NaN show, in the map and in the gradient', () => {
      const sound = () => numbersOf([2, 3, 3, 2], 1)
      const broken = tidy(() => add(sound(), tensor([Number.NaN, ...Array(35).fill(0)], [2, 3, 3, 2])))
      for (const options of everyOption) {
        expect(gated(sound(), broken, options)[0], JSON.stringify(options)).toBeNaN()
        expect(gated(broken, sound(), options)[0], JSON.stringify(options)).toBeNaN()
      }
    })

    it('is open at +∞ and shut at -∞', () => {
      const y = tensor1d([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      for (const activation of ['sigmoid', 'hard-sigmoid'] as const) {
        expect(read(gateFactor(y, { activation }))).toEqual([1, 0])
      }
    })

    it('gates the gradients of weights by the weights, in a chain, where a mask says so', () => {
      const params = { kernel: tensor4d([0, 1, -1, 2], [2, 2, 1, 1]), bias: tensor1d([4]) }
      const grads = { kernel: tensor4d([1, 1, 1, 1], [2, 2, 1, 1]), bias: tensor1d([1]) }
      const tx = chain(masked(gate(), { kernel: true, bias: false }), gate())
      const [updates] = tx.update(grads, tx.init(params), params)
      const once = [0.5, 0.7310586, 0.2689414, 0.8807971]
      expect(updates.kernel).toBeAllClose(once.map((n) => n * n))
      expect(updates.bias).toBeAllClose([0.9820138])
    })

    it('opens by a function of your own, of the tempered map', () => {
      expectNoLeak(() => {
        const [y, g] = [numbersOf([3, 4], 1, 4), numbersOf([3, 4], 2)]
        const half = (y: Tensor) => add(0.5, mul(0.5, sigmoid(y)))
        const expected = gated(g, y, { temperature: 2 }).map((n, i) => n / 2 + (g.dataSync()[i] as number) / 2)
        expect(gated(g, y, { activation: half, temperature: 2 })).toBeAllClose(expected)
        // One that hands back what it borrowed must not make the map the caller's to dispose.
        const same = gateFactor(y, { activation: (y) => y })
        same.dispose()
        expect(y.isDisposed).toBe(false)
        const wrong = { activation: (y: Tensor) => sum(y, 0) }
        const refused = expect.objectContaining({
          code: 'SHAPE_MISMATCH',
          message: 'gate: `activation` must return a tensor of the shape [3,4] of its argument, got [4].',
        })
        expect(() => gate(wrong).update(g, {}, y)).toThrow(refused)
        disposeTree([y, g])
      })
    })

    it('reads no value back', () => {
      const [y, g] = [numbersOf([2, 4, 4, 3], 1, 4), numbersOf([2, 4, 4, 3], 2)]
      const reads = [vi.spyOn(backend(), 'read'), vi.spyOn(backend(), 'readSync')]
      for (const options of everyOption) gate(options).update(g, {}, y)
      expect(reads.map((spy) => spy.mock.calls.length)).toEqual([0, 0])
    })

    it.each([
      [{ activation: 'softmax' }, "gate: `activation` must be one of 'sigmoid', 'hard-sigmoid', got 'softmax'."],
      [
        { variant: 'channel' },
        "gate: `variant` must be one of 'elementwise', 'per-channel', 'spatial-only', got 'channel'.",
      ],
      [{ normalize: 'batch' }, "gate: `normalize` must be one of 'none', 'standardize', got 'batch'."],
      [{ rescale: 'l1' }, "gate: `rescale` must be one of 'none', 'preserve-norm', got 'l1'."],
      [{ temperature: 0 }, 'gate: `temperature` must be a finite number above 0, got 0.'],
      [{ temperature: Number.POSITIVE_INFINITY }, 'gate: `temperature` must be a finite number above 0, got Infinity.'],
      [{ temperature: Number.NaN }, 'gate: `temperature` must be a finite number above 0, got NaN.'],
      [{ eps: -1 }, 'gate: `eps` must be a finite number of 0 or more, got -1.'],
    ])('refuses %o', (options, message) => {
      const make = () => gate(options as GateOptions)
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
    })

    it('says what is missing, and leaks nothing when it does', () => {
      expectNoLeak(() => {
        const g = tensor1d([1, 2])
        expect(() => gate().update(g, {})).toThrow(expect.objectContaining({ code: 'MISSING_PARAMS' }))
        for (const options of [
          { variant: 'per-channel' },
          { variant: 'spatial-only' },
          { normalize: 'standardize' },
        ] as const) {
          // The first leaf is fine and has been gated by the time the second is refused.
          const tree = { maps: zeros([1, 2, 2, 1]), g }
          const code = 'SHAPE_MISMATCH'
          expect(() => gate(options).update(tree, {}, tree)).toThrow(expect.objectContaining({ code }))
          expect(() => gateFactor(g, options)).toThrow(expect.objectContaining({ code }))
          tree.maps.dispose()
        }
        expect(() => gateFactor(g, { temperature: -1 })).toThrow(/^gateFactor: `temperature`/)
        g.dispose()
      })
    })
  })
})
