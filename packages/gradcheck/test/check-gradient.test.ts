import { disposeTree, treeMap, valueAndGrad } from '@gg/core'
import { checkGradient, expectGradient, GradientCheckError } from '@gg/gradcheck'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  conv2d,
  exp,
  log,
  matMul,
  mean,
  mul,
  ones,
  relu,
  type Scalar,
  scalar,
  sigmoid,
  sin,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbers } from '../scripts/known-functions.mjs'

type Conv = { readonly x: Tensor; readonly w: Tensor }
const conv = ({ x, w }: Conv) => conv2d(x as Tensor4D, w as Tensor4D, 1, 'same')
const trueGradient = (inputs: Conv, dy: Tensor) =>
  valueAndGrad((at: Conv) => sum(mul(conv(at), dy)) as Scalar)(inputs).grads

const small = () => ({ x: numbers([2, 5, 5, 2], 1), w: numbers([3, 3, 2, 3], 2, 0.3) })
const large = () => ({ x: numbers([2, 10, 10, 4], 1), w: numbers([5, 5, 4, 8], 2, 0.1) })

/** The gradient with one percent more in what `where` marks. */
const planted = (where: (inputs: Conv) => Conv) => (inputs: Conv, dy: Tensor) => {
  const at = where(inputs)
  return treeMap((g, mark) => mul(g, add(1, mul(mark, 0.01))), trueGradient(inputs, dy), at)
}
const everywhere = (inputs: Conv) => treeMap((leaf) => ones(leaf.shape), inputs)
const mark = (leaf: Tensor, index: number) =>
  tensor(
    Float32Array.from({ length: leaf.size }, (_, i) => (i === index ? 1 : 0)),
    leaf.shape,
  )

onBackends((backend) => {
  describe('checkGradient', () => {
    it('catches one percent in the gradient of a convolution, small or large', () => {
      for (const inputs of [small(), large()]) {
        expectNoLeak(() => {
          expectGradient(conv, inputs, { gradient: trueGradient, entries: 16 })
          const report = checkGradient(conv, inputs, { gradient: planted(everywhere), entries: 16 })
          expect(report.ok).toBe(false)
          for (const leaf of report.leaves) {
            const [along] = leaf.probes
            expect(along?.excess).toBeGreaterThan(3)
            expect(along?.relativeError).toBeCloseTo(0.0099, 3)
            expect(leaf.resolution).toBeLessThan(1e-3)
          }
        })
        disposeTree(inputs)
      }
    })

    it('catches one percent in a single number of a gradient and names it', () => {
      expectNoLeak(() => {
        const inputs = small()
        const at = 31
        const gradient = planted(({ x, w }) => ({ x: zeros(x.shape), w: mark(w, at) }))
        const { ok, worst } = checkGradient(conv, inputs, { gradient })
        expect(ok).toBe(false)
        expect(worst).toMatchObject({ path: 'w', kind: 'entry', index: [1, 2, 0, 1] })
        expect(worst?.relativeError).toBeCloseTo(0.0099, 3)
        disposeTree(inputs)
      })
    })

    it('does not cry wolf, whatever the size of the numbers and the seed', () => {
      for (const size of [1e-4, 1, 1e3]) {
        for (const seed of [0, 1, 2]) {
          const inputs = { x: numbers([2, 5, 5, 2], seed, size), w: numbers([3, 3, 2, 3], seed + 9, 0.3 / size) }
          expectGradient(conv, inputs, { seed, entries: 20 })
          expectGradient((at: Conv) => mean(square(sub(conv(at), 100))), inputs, { seed, entries: 20 })
          disposeTree(inputs)
        }
      }
    })

    it('knows what rounding hides', () => {
      // A change of 1e-3 beside a thousand: three digits of float32 are left.
      const x = numbers([4], 1, 1)
      const { ok, leaves } = checkGradient((at: Tensor) => add(mul(at, 1e-3), 1000), x)
      expect(ok).toBe(true)
      expect(leaves[0]?.resolution).toBeGreaterThan(0.01)
      x.dispose()
    })

    it('sees an error that the sum over the outputs would hide', () => {
      const x = numbers([3], 1)
      const none = (at: Tensor) => zeros(at.shape)
      expect(checkGradient((at: Tensor) => sum(softmax(at)), x, { gradient: none }).ok).toBe(true)
      expect(checkGradient((at: Tensor) => softmax(at), x, { gradient: none }).ok).toBe(false)
      x.dispose()
    })

    it('lets any subgradient pass at a kink, and nothing else', () => {
      const x = tensor1d([0, 1, -1])
      const slope = (at0: number) => (_: Tensor, dy: Tensor) => mul(dy, tensor1d([at0, 1, 0]))
      const f = (at: Tensor) => relu(at)
      expect(checkGradient(f, x, { gradient: slope(0) }).ok).toBe(true)
      expect(checkGradient(f, x, { gradient: slope(1) }).ok).toBe(true)
      expect(checkGradient(f, x, { gradient: slope(1.8) }).ok).toBe(false)
      const entry = checkGradient(f, x).leaves[0]?.probes.find(({ index }) => index?.[0] === 0)
      expect(entry?.kink).toBe(true)
      x.dispose()
    })

    it('stays within the domain of a logarithm', () => {
      const x = tensor1d([0.05, 3, 40])
      expectGradient((at: Tensor) => log(at), x)
      x.dispose()
    })

    it('does not take NaN for a gradient', () => {
      const x = tensor1d([1, 2])
      const nan = (_: Tensor, dy: Tensor) => mul(dy, Number.NaN)
      expect(checkGradient((at: Tensor) => exp(at), x, { gradient: nan }).ok).toBe(false)
      expect(checkGradient((at: Tensor) => log(sub(at, 5)), x).ok).toBe(false)
      x.dispose()
    })

    it('passes a gradient that is 0 and a tensor without numbers', () => {
      const inputs = { used: tensor1d([1, 2]), constant: tensor1d([3, 4]), empty: zeros([0, 3]), one: scalar(2) }
      const f = (at: typeof inputs) => add(mul(at.used, at.one), mul(at.constant, 0))
      const report = expectGradient(f, inputs)
      expect(report.leaves.map(({ path }) => path)).toEqual(['used', 'constant', 'empty', 'one'])
      disposeTree(inputs)
    })

    it('says where it fails', () => {
      const inputs = small()
      const gradient = planted(({ x, w }) => ({ x: zeros(x.shape), w: mark(w, 0) }))
      expect(() => expectGradient(conv, inputs, { gradient })).toThrow(
        /^expectGradient: .*\d of \d+ probes wrong\.\n {2}'w' at \[0,0,0,0\]: analytic \S+, numeric \S+ ± \S+, 0\.9[89] % apart/,
      )
      disposeTree(inputs)
    })

    it('refuses what it cannot check, and leaks nothing', () => {
      expectNoLeak(() => {
        const x = tensor1d([1, 2])
        const whole = tensor1d([1, 2], 'int32')
        const f = (at: Tensor) => square(at)
        let calls = 0
        const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' })
        expect(() => checkGradient(f, x, { tolerance: 0 })).toThrow(invalid)
        expect(() => checkGradient(f, whole)).toThrow(invalid)
        expect(() => checkGradient(f, x, { gradient: (at) => matMul(ones([3, 1]), ones([1, at.size])) })).toThrow(
          invalid,
        )
        expect(() => checkGradient((at: Tensor) => mul(at, ++calls), x)).toThrow(
          expect.objectContaining({ code: 'NOT_DETERMINISTIC' }),
        )
        expect(() =>
          checkGradient(() => {
            throw new Error('no')
          }, x),
        ).toThrow('no')
        expect(new GradientCheckError('INVALID_ARGUMENT', '').name).toBe('GradientCheckError')
        disposeTree([x, whole])
      })
    })

    it('checks a deep composition', () => {
      expectNoLeak(() => {
        const inputs = { w1: numbers([6, 8], 1), w2: numbers([8, 8], 2), w3: numbers([8, 1], 3) }
        const x = numbers([5, 6], 4)
        const f = ({ w1, w2, w3 }: typeof inputs) => mean(sin(matMul(sigmoid(matMul(sigmoid(matMul(x, w1)), w2)), w3)))
        const report = expectGradient(f, inputs)
        expect(report.leaves.map(({ resolution }) => resolution < 1e-3)).toEqual([true, true, true])
        disposeTree([inputs, x])
      })
    })
  })

  it(`says the same twice on ${backend}`, () => {
    const inputs = small()
    const [a, b] = [checkGradient(conv, inputs), checkGradient(conv, inputs)]
    expect(a).toEqual(b)
    disposeTree(inputs)
  })
})
