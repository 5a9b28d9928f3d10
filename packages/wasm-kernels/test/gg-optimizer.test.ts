import { scalar, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ, features, runFused } from './gg.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

const shapes = fc.array(
  fc.oneof(
    { weight: 40, arbitrary: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }) },
    // More than one piece of the work.
    { weight: 1, arbitrary: fc.constant([16_384 + 3]) },
  ),
  { minLength: 1, maxLength: 5 },
)
const numbers = (t: Tensor) => t.dataSync() as Float32Array

/** Trees of these shapes, leaf by leaf, and what a float64 function of their numbers gives. */
function compare(
  name: string,
  attrs: object,
  leafShapes: readonly (readonly number[])[],
  trees: readonly ((leaf: number, shape: readonly number[]) => Tensor)[],
  expected: (...values: number[]) => readonly number[],
): void {
  tidy(() => {
    const inputs = leafShapes.flatMap((shape, leaf) => trees.map((make) => make(leaf, shape)))
    const results = runFused(name, Object.fromEntries(inputs.entries()), attrs)
    const wanted = leafShapes.flatMap((_, leaf) => {
      const values = trees.map((_, i) => numbers(inputs[leaf * trees.length + i]!))
      const rows = Array.from(values[0]!, (_, i) => expected(...values.map((each) => each[i]!)))
      const writes = results.length / leafShapes.length
      return Array.from({ length: writes }, (_, k) => rows.map((row) => row[k]!))
    })
    expect(results.length).toBe(wanted.length)
    for (const [i, result] of results.entries()) expect(result).toBeAllClose(wanted[i]!, { atol: 1e-5 })
  })
}

const signed = (seed: number) => (leaf: number, shape: readonly number[]) => features(shape, seed + leaf)
const positive = (seed: number) => (leaf: number, shape: readonly number[]) => features(shape, seed + leaf, 2.5)

test('the step of Adam is that of float64', () => {
  fc.assert(
    fc.property(shapes, fc.nat(), fc.boolean(), (leafShapes, seed, nesterov) => {
      const [b1, b2, ofMu, besideRoot] = [0.9, 0.75, 0.3, 1e-3]
      const [ofUpdates, underRoot] = nesterov ? [0.5, 0.25] : [0, 0]
      const attrs = { b1, b2, ofMu, ofUpdates, underRoot, besideRoot }
      compare(
        'GgScaleByAdam',
        attrs,
        leafShapes,
        [signed(seed), signed(seed + 9), positive(seed + 5)],
        (g, oldMu, oldNu) => {
          const mu = b1 * oldMu! + (1 - b1) * g!
          const nu = b2 * oldNu! + (1 - b2) * g! ** 2
          return [(ofMu * mu + ofUpdates * g!) / (Math.sqrt(nu + underRoot) + besideRoot), mu, nu]
        },
      )
    }),
    FUZZ,
  )
})

test('momentum, weight decay and scaling are those of float64', () => {
  fc.assert(
    fc.property(shapes, fc.nat(), fc.boolean(), (leafShapes, seed, nesterov) => {
      const two = [signed(seed), signed(seed + 7)]
      compare('GgTrace', { decay: 0.8, nesterov }, leafShapes, two, (g, old) => {
        const trace = g! + 0.8 * old!
        return nesterov ? [trace, g! + 0.8 * trace] : [trace]
      })
      compare('GgAddScaled', { factor: -0.3 }, leafShapes, two, (a, b) => [a! - 0.3 * b!])
      compare('GgScale', { factor: -2.5 }, leafShapes, two.slice(1), (x) => [-2.5 * x!])
    }),
    FUZZ,
  )
})

test('leaves go into one vector and come out of it bit for bit', () => {
  fc.assert(
    fc.property(shapes, fc.nat(), (leafShapes, seed) => {
      tidy(() => {
        const leaves = leafShapes.map((shape, leaf) => features(shape, seed + leaf))
        const [vector] = runFused('GgFlatten', Object.fromEntries(leaves.entries()))
        expect([...vector!]).toEqual(leaves.flatMap((leaf) => [...numbers(leaf)]))
        const parts = runFused('GgUnflatten', Object.fromEntries([tensor1d(vector!), ...leaves].entries()))
        expect(parts).toEqual(leaves.map(numbers))
      })
    }),
    FUZZ,
  )
})

test('NaN and Infinity go where the arithmetic takes them', () => {
  tidy(() => {
    const inputs = { 0: tensor1d([Number.NaN, Number.POSITIVE_INFINITY, 1]), 1: scalar(0), 2: scalar(0) }
    const zeros = tensor1d([0, 0, Number.NaN])
    const attrs = { b1: 0.5, b2: 0.5, ofMu: 1, ofUpdates: 0, underRoot: 0, besideRoot: 1e-8 }
    const [u, mu, nu] = runFused('GgScaleByAdam', { ...inputs, 1: zeros, 2: tensor1d([0, 0, 0]) }, attrs)
    expect(u).toBeAllClose([Number.NaN, Number.NaN, Number.NaN])
    expect(mu).toBeAllClose([Number.NaN, Number.POSITIVE_INFINITY, Number.NaN])
    expect(nu).toBeAllClose([Number.NaN, Number.POSITIVE_INFINITY, 0.5])
    expect(runFused('GgTrace', { 0: inputs[0], 1: zeros }, { decay: 0, nesterov: false })[0]).toBeAllClose([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ])
  })
})

test('one tensor may be several of the inputs, and keeps its numbers', () => {
  tidy(() => {
    const x = tensor1d([1, 2, 3, 4, 5])
    expect(runFused('GgAddScaled', { 0: x, 1: x }, { factor: 2 })[0]).toBeAllClose([3, 6, 9, 12, 15])
    expect(x).toBeAllClose([1, 2, 3, 4, 5])
  })
})

test('leaves of other shapes and dtypes are left to plain operations', () => {
  tidy(() => {
    const x = tensor1d([1, 2])
    expect(runFused('GgAddScaled', { 0: x, 1: scalar(1) }, { factor: 1 })).toEqual([])
    expect(runFused('GgAddScaled', { 0: x, 1: tensor1d([1, 2], 'int32') }, { factor: 1 })).toEqual([])
  })
})
