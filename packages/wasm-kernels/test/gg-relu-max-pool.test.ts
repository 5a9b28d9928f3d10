import { tensor, tidy } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FUZZ, features, runFused } from './gg.ts'
import { onWasm } from './on-wasm.ts'

onWasm()

const axis = fc
  .record({
    size: fc.integer({ min: 1, max: 9 }),
    window: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 4 }),
    same: fc.boolean(),
  })
  .map(({ size, window, stride, same }) => {
    const fitting = Math.min(window, size)
    if (!same) return { size, window: fitting, stride, before: 0, positions: Math.floor((size - fitting) / stride) + 1 }
    const positions = Math.ceil(size / stride)
    return { size, window, stride, before: Math.max(0, (positions - 1) * stride + window - size) >> 1, positions }
  })
type Axis = ReturnType<typeof axis.generate>['value']

/** ReLU and max pooling, and the gradient of its sum weighted by dy, by definition. */
function byDefinition(
  x: ArrayLike<number>,
  dy: ArrayLike<number>,
  batch: number,
  [down, across]: [Axis, Axis],
  channels: number,
) {
  const y = new Float32Array(batch * down.positions * across.positions * channels)
  const dx = new Float64Array(batch * down.size * across.size * channels)
  for (let n = 0, out = 0; n < batch; n++) {
    for (let i = 0; i < down.positions; i++) {
      for (let j = 0; j < across.positions; j++) {
        for (let c = 0; c < channels; c++, out++) {
          let best = -1
          for (let a = 0; a < down.window; a++) {
            for (let b = 0; b < across.window; b++) {
              const [row, column] = [i * down.stride - down.before + a, j * across.stride - across.before + b]
              if (row < 0 || column < 0 || row >= down.size || column >= across.size) continue
              const at = ((n * down.size + row) * across.size + column) * channels + c
              if (best < 0 || x[at]! > x[best]!) best = at
            }
          }
          y[out] = Math.max(x[best]!, 0)
          if (x[best]! > 0) dx[best]! += dy[out]!
        }
      }
    }
  }
  return { y, dx }
}

test('ReLU and max pooling keep the places of the maxima', () => {
  const channels = fc.integer({ min: 1, max: 10 })
  fc.assert(
    fc.property(
      axis,
      axis,
      channels,
      fc.integer({ min: 1, max: 3 }),
      fc.nat(),
      (down, across, channels, batch, seed) => {
        tidy(() => {
          // Few values, so that many are equal: the first of them is the maximum.
          const values = features([batch * down.size * across.size * channels], seed, 0.5).dataSync()
          const x = tensor(Array.from(values, Math.round), [batch, down.size, across.size, channels])
          const shape = [batch, down.positions, across.positions, channels]
          const dy = features(shape, seed + 1)
          const pair = (what: keyof Axis) => [down[what], across[what]]
          const attrs = {
            window: pair('window'),
            strides: pair('stride'),
            before: pair('before'),
            positions: pair('positions'),
          }
          const [z, packed] = runFused('GgReluMaxPool', { x }, attrs)
          const expected = byDefinition(x.dataSync(), dy.dataSync(), batch, [down, across], channels)
          expect(z).toBeAllClose(expected.y)
          const bits = Math.max(1, Math.ceil(Math.log2(down.window * across.window)))
          expect(packed!.length).toBe(Math.ceil(z!.length / Math.floor(24 / bits)))
          const inputs = { dy, z: tensor(z!, shape), packed: tensor(packed!) }
          const [dx] = runFused('GgReluMaxPoolGrad', inputs, { ...attrs, size: pair('size') })
          expect(dx).toBeAllClose(expected.dx)
        })
      },
    ),
    FUZZ,
  )
})

test('windows of more places than a byte tells are left to plain operations', () => {
  tidy(() => {
    const attrs = { window: [17, 17], strides: [17, 17], before: [0, 0], positions: [1, 1] }
    expect(runFused('GgReluMaxPool', { x: features([1, 17, 17, 2], 1) }, attrs)).toEqual([])
  })
})
