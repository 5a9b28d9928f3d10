import { engine, type NamedAttrMap, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { FUZZ as CASES } from './fuzz.ts'

/** Cases of a property. */
export const FUZZ: { readonly numRuns: number } = { numRuns: CASES }

/** Runs a fused kernel and gives the numbers of its results; nothing stays behind. */
export function runFused(name: string, inputs: Record<string, Tensor>, attrs: object = {}): Float32Array[] {
  const results: Float32Array[] = []
  // Nothing is returned from `tidy`, which would look for tensors among all the numbers.
  tidy(() => {
    const out = engine().runKernel(name, inputs, attrs as NamedAttrMap) as unknown as Tensor | Tensor[]
    for (const each of Array.isArray(out) ? out : [out]) results.push(each.dataSync() as Float32Array)
  })
  return results
}

/** Numbers that look like features, the same for the same seed: `mean` plus `spread` times -2 to 2. */
export function features(shape: readonly number[], seed: number, mean = 0, spread = 1): Tensor {
  const size = shape.reduce((product, n) => product * n, 1)
  let state = (seed * 2654435761 + 12345) >>> 0
  const values = Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return mean + spread * (4 * (state / 2 ** 32) - 2)
  })
  return tensor(values, [...shape])
}
