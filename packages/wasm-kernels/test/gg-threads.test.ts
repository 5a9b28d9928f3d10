import { enableWasm } from '@gg/wasm-kernels'
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { features, runFused } from './gg.ts'

// The first call decides whether the memory is shared.
beforeAll(async () => {
  await enableWasm({ threads: 2 })
})

afterAll(async () => {
  await enableWasm({ threads: 1 })
})

const SHAPES = [
  [5, 32, 32, 16],
  [33, 7, 9, 6],
  [9, 4, 4, 512],
] as const

/** All fused kernels on features of one shape. */
function results(shape: readonly number[]): Float32Array[] {
  const all: Float32Array[] = []
  tidy(() => {
    const channels = shape.at(-1)!
    const [x, dy, residual] = [1, 2, 3].map((seed) => features(shape, seed)) as [Tensor, Tensor, Tensor]
    const [scale, offset] = [4, 5].map((seed) => features([channels], seed)) as [Tensor, Tensor]
    const run = (name: string, inputs: Record<string, Tensor>, attrs: object = {}): Float32Array[] => {
      const out = runFused(name, inputs, attrs)
      expect(out.length, name).toBeGreaterThan(0)
      all.push(...out)
      return out
    }
    const like = (values: Float32Array | undefined, s: readonly number[] = shape) => tensor(values!, [...s])

    const moments = like(run('GgBatchMoments', { x })[0], [2, channels])
    const y = like(run('GgBatchNormalize', { x, moments, scale, offset, residual }, { eps: 1e-5, relu: true })[0])
    run('GgBatchNormalizeGrad', { dy, x, moments, scale, y }, { eps: 1e-5, ofBatch: true, residual: true })
    run('GgBatchNormalizeGrad', { dy, x, moments, scale }, { eps: 1e-5, ofBatch: true, residual: false })
    run('GgRunningMoments', { mean: scale, variance: offset, moments }, { momentum: 0.1, samples: 9 })

    run('GgAddBiasGrad', { dy, y: like(run('GgAddBias', { x, bias: offset }, { relu: true })[0]) })

    run('GgGate', { dy, x }, { activation: 'sigmoid', temperature: 2, relu: false })
    const form = { activation: 'tanh', shape: 'gaussian', a: -0.25, b: 1, strength: 1, K: 1024 }
    run('GgAccelerate', { x }, form)
    run('GgAccelerateGrad', { dy, x, y }, { ...form, literal: false })
    run('GgAccelerateGrad', { dy, x }, { ...form, literal: true })
    run('GgAccelerateBiasGrad', { dy, x, bias: offset }, { ...form, activation: 'relu' })
    const mask = { weights: [0, 1, 0, 1, -4, 1, 0, 1, 0], size: 3, padding: 'reflect', value: 0.5 }
    run('GgLateralMask', { dy }, { ...mask, sets: 2, threshold: 'std' })
    run('GgLateralMask', { dy }, { ...mask, sets: 0, threshold: 'keep' })
    run('GgGate', { dy, x: y }, { activation: 'sigmoid', temperature: 1, relu: true })
    run('GgLateralMask', { dy, y }, { ...mask, sets: 1, threshold: 'std' })

    const [, height, width] = shape as [number, number, number]
    const positions = [Math.floor((height - 3) / 2) + 1, Math.floor((width - 3) / 2) + 1] as const
    const windows = { window: [3, 3], strides: [2, 2], before: [0, 0], positions }
    const pooled = [shape[0]!, ...positions, channels]
    const [z, packed] = run('GgReluMaxPool', { x }, windows)
    const inputs = { dy: features(pooled, 6), z: like(z, pooled), packed: like(packed, [packed!.length]) }
    run('GgReluMaxPoolGrad', inputs, { ...windows, size: [height, width] })

    const adam = { b1: 0.9, b2: 0.99, ofMu: 1, ofUpdates: 0.5, underRoot: 3, besideRoot: 1e-3 }
    run('GgScaleByAdam', { 0: x, 1: dy, 2: residual, 3: scale, 4: offset, 5: scale }, adam)
    run('GgTrace', { 0: x, 1: dy, 2: scale, 3: offset }, { decay: 0.9, nesterov: true })
    run('GgAddScaled', { 0: x, 1: dy, 2: scale, 3: offset }, { factor: 0.3 })
    run('GgScale', { 0: x, 1: scale }, { factor: 0.3 })
    const vector = like(run('GgFlatten', { 0: x, 1: scale })[0], [x.size + channels])
    run('GgUnflatten', { 0: vector, 1: x, 2: scale })
  })
  return all
}

test('give the same bits on one, two and three threads', async () => {
  const runs: Float32Array[][] = []
  for (const threads of [1, 2, 3]) {
    await enableWasm({ threads })
    runs.push(SHAPES.flatMap(results))
  }
  const [one, ...more] = runs
  for (const others of more) {
    for (const [i, numbers] of others.entries()) {
      expect(Buffer.compare(Buffer.from(numbers.buffer), Buffer.from(one![i]!.buffer)), `result ${i}`).toBe(0)
    }
  }
})
