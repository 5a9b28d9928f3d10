import { expectNoLeak } from '@gg/testing'
import { dispose, engine, type NamedAttrMap, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FUZZ } from './fuzz.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

const attrs: NamedAttrMap = {}

function run(name: string, inputs: Record<string, Tensor>): Float32Array[] {
  return tidy(() => {
    const results = engine().runKernel(name, inputs, attrs) as unknown as Tensor[]
    return results.map((result) => result.dataSync() as Float32Array)
  })
}

/** By the definition, in float64. */
function expected(x: readonly number[], labels: readonly number[], classes: number, dy: readonly number[]) {
  const loss: number[] = []
  const dLogits: number[] = []
  const dLabels: number[] = []
  for (let row = 0; row * classes < x.length; row++) {
    const logits = x.slice(row * classes, (row + 1) * classes)
    const own = labels.slice(row * classes, (row + 1) * classes)
    const max = Math.max(...logits)
    const log = max + Math.log(logits.reduce((sum, v) => sum + Math.exp(v - max), 0))
    const total = own.reduce((a, b) => a + b, 0)
    loss.push(-own.reduce((sum, label, i) => sum + label * (logits[i]! - log), 0))
    for (const [i, label] of own.entries()) {
      dLogits.push(dy[row]! * (Math.exp(logits[i]! - log) * total - label))
      dLabels.push(-dy[row]! * (logits[i]! - log))
    }
  }
  return [loss, dLogits, dLabels]
}

const cases = fc.record({
  rows: fc.integer({ min: 1, max: 9 }),
  classes: fc.oneof(fc.integer({ min: 1, max: 21 }), fc.constant(1000)),
  scale: fc.constantFrom(0.1, 3, 50),
  seed: fc.nat(1000),
})

describe('GgSoftmaxCrossEntropy and its gradient', () => {
  test('are those of float64', () => {
    fc.assert(
      fc.property(cases, ({ rows, classes, scale, seed }) => {
        const wave = (n: number, by: number) =>
          Array.from({ length: n }, (_, i) => Math.fround(Math.sin(by * i + seed)))
        const x = wave(rows * classes, 1.3).map((v) => Math.fround(scale * v))
        const labels = wave(rows * classes, 2.1).map(Math.abs)
        const dy = wave(rows, 0.7)
        const [loss, dLogits, dLabels] = expected(x, labels, classes, dy)
        tidy(() => {
          const inputs = { logits: tensor(x, [rows, classes]), labels: tensor(labels, [rows, classes]) }
          const got = run('GgSoftmaxCrossEntropy', inputs)
          const grads = run('GgSoftmaxCrossEntropyGrad', { ...inputs, dy: tensor(dy, [rows]) })
          // Logarithms are as exact as logits, of which the largest is `scale`; sums of labels are up to `classes`.
          const atol = 1e-6 * scale + 2e-6
          expect(got[0]).toBeAllClose(loss!, { rtol: 1e-6, atol: atol * classes })
          expect(grads[0]).toBeAllClose(dLogits!, { rtol: 1e-5, atol: 1e-6 * scale * classes ** 0.5 })
          expect(grads[1]).toBeAllClose(dLabels!, { rtol: 1e-6, atol })
        })
      }),
      { numRuns: FUZZ },
    )
  })

  test('large logits do no harm, NaN stays in its row, and nothing leaks', () => {
    expectNoLeak(() => {
      const logits = tensor([0, 1000, 3, Number.NaN, 5, 5], [3, 2])
      const labels = tensor([1, 0, 1, 0, 1, 0], [3, 2])
      const dy = tensor([1, 1, 1])
      expect(Array.from(run('GgSoftmaxCrossEntropy', { logits, labels })[0]!)).toEqual([
        1000,
        Number.NaN,
        Math.fround(Math.log(2)),
      ])
      const [grads] = run('GgSoftmaxCrossEntropyGrad', { logits, labels, dy })
      expect(Array.from(grads!)).toEqual([-1, 1, Number.NaN, Number.NaN, -0.5, 0.5])
      dispose([logits, labels, dy])
    })
  })
})
