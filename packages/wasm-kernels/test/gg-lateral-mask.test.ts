import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ, features, runFused } from './gg.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

interface Form {
  readonly weights: readonly number[]
  readonly size: number
  readonly padding: 'reflect' | 'zero'
  readonly sets: number
  readonly threshold: 'std' | 'absolute' | 'keep'
  readonly value: number
}

/** How far the response of each minicolumn is above its limit, in float64; those of a set and image have one scale. */
function margins(dy: Tensor, { weights, size, padding, sets, threshold, value }: Form): Float64Array {
  const [batch, height, width, channels] = dy.shape as [number, number, number, number]
  const numbers = dy.dataSync() as Float32Array
  const count = sets === 0 ? channels : sets
  const each = channels / count
  const radius = (size - 1) / 2
  const reflect = padding === 'reflect' && Math.min(height, width) > radius
  const mirror = (i: number, n: number) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i)
  const result = new Float64Array(batch * height * width * count)
  for (let image = 0; image < batch; image++) {
    for (let set = 0; set < count; set++) {
      const norm = (i: number, j: number) => {
        if (!reflect && (i < 0 || j < 0 || i >= height || j >= width)) return 0
        const place = ((image * height + mirror(i, height)) * width + mirror(j, width)) * channels + set * each
        return Math.sqrt(numbers.slice(place, place + each).reduce((sum, g) => sum + g * g, 0))
      }
      const places = Array.from({ length: height * width }, (_, p) => [Math.floor(p / width), p % width] as const)
      const norms = places.map(([i, j]) => norm(i, j))
      const rounding = 1e-6 * Math.max(...norms) * weights.reduce((sum, w) => sum + Math.abs(w), 0)
      const responses = places.map(([i, j]) => {
        const r = weights.reduce((sum, w, k) => {
          return sum + w * norm(i + Math.floor(k / size) - radius, j + (k % size) - radius)
        }, 0)
        return Math.abs(r) < rounding ? 0 : r
      })
      const mean = responses.reduce((sum, r) => sum + r, 0) / responses.length
      const std = Math.sqrt(responses.reduce((sum, r) => sum + (r - mean) ** 2, 0) / responses.length)
      const sorted = responses.map(Math.abs).sort((a, b) => b - a)
      const kept = Math.max(1, Math.round(value * height * width))
      const limit = { std: value * std, absolute: value, keep: sorted[kept - 1]! }[threshold]
      const scale = sorted[0]! || 1
      for (const [p, r] of responses.entries()) {
        result[(image * height * width + p) * count + set] = (Math.abs(r) - limit) / scale
      }
    }
  }
  return result
}

const forms = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 11 }),
  // Sixteen columns are computed at a time.
  width: fc.oneof(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 12, max: 35 })),
  each: fc.integer({ min: 1, max: 9 }),
  sets: fc.integer({ min: 0, max: 3 }),
  size: fc.constantFrom(3, 5, 7),
  padding: fc.constantFrom('reflect' as const, 'zero' as const),
  threshold: fc.constantFrom('std' as const, 'absolute' as const, 'keep' as const),
  value: fc.constantFrom(0.1, 0.5, 1),
  seed: fc.nat(),
})

test('the mask is that of float64, but where a response is next to its limit', () => {
  let compared = 0
  let kept = 0
  fc.assert(
    fc.property(forms, ({ batch, height, width, each, seed, ...form }) => {
      tidy(() => {
        const count = form.sets === 0 ? each : form.sets
        const shape = [batch, height, width, form.sets === 0 ? each : each * form.sets]
        const dy = features(shape, seed)
        const weights = [...features([form.size * form.size], seed + 1).dataSync()]
        const [dx] = runFused('GgLateralMask', { dy }, { ...form, weights })
        const distances = margins(dy, { ...form, weights })
        for (const [i, g] of dy.dataSync().entries()) {
          const minicolumn = Math.floor(i / (shape[3]! / count))
          const distance = distances[minicolumn]!
          // Of `keep` the limit is a response itself, which passes.
          if (distance !== 0 && Math.abs(distance) < 1e-5) continue
          compared++
          if (distance >= 0) kept++
          if (dx![i] !== (distance >= 0 ? g : 0 * g) && !(distance === 0 && form.threshold !== 'keep')) {
            throw new Error(`number ${i} is ${dx![i]} of ${g}, ${distance} from the limit`)
          }
        }
      })
    }),
    FUZZ,
  )
  expect(compared).toBeGreaterThan(1000)
  expect(kept / compared).toBeGreaterThan(0.1)
  expect(kept / compared).toBeLessThan(0.9)
})

test('a flat map passes whole, and NaN shows and shuts the mask', () => {
  tidy(() => {
    const weights = [0, 1, 0, 1, -4, 1, 0, 1, 0]
    const form = { weights, size: 3, padding: 'reflect', sets: 1, threshold: 'std', value: 0.5 }
    const flat = tensor(new Float32Array(32).fill(0.3), [1, 4, 4, 2])
    expect(runFused('GgLateralMask', { dy: flat }, form)[0]).toEqual(flat.dataSync())
    const broken = new Float32Array(32).fill(0.3)
    broken[5] = Number.NaN
    const [dx] = runFused('GgLateralMask', { dy: tensor(broken, [1, 4, 4, 2]) }, form)
    expect(dx).toEqual(broken.map((g) => g * 0))
  })
})

test('what cannot be masked is left to plain operations', () => {
  tidy(() => {
    const form = { weights: Array(9).fill(1), size: 3, padding: 'zero', sets: 2, threshold: 'std', value: 1 }
    expect(runFused('GgLateralMask', { dy: features([1, 2, 2, 3], 1) }, form)).toEqual([])
    expect(runFused('GgLateralMask', { dy: features([2, 2], 1) }, form)).toEqual([])
    expect(runFused('GgLateralMask', { dy: tensor([], [0, 2, 2, 2]) }, form)).toEqual([])
  })
})
