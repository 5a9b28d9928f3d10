import { describe as describeWasm, enableWasm } from '@gg/wasm-kernels'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { add, backend, conv2d, dispose, relu, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { heapOf } from '../src/engine/heap.ts'
import { randomNumbers } from './random-numbers.ts'

// The first call decides whether the memory is shared.
beforeAll(async () => {
  await enableWasm({ threads: 3 })
})

afterAll(async () => {
  await enableWasm({ threads: 1 })
})

const heapBytes = () => heapOf(backend() as BackendWasm)!.memory.buffer.byteLength

test('memory that grows between threads at work leaves what was there, and all of them see what is new', () => {
  const early = [1, 2, 3].map((seed) => randomNumbers([300_000], seed))
  const copies = early.map((tensor) => tensor.dataSync())
  const image = randomNumbers([4, 128, 128, 3], 4) as Tensor4D
  const filter = randomNumbers([1, 1, 3, 40], 5) as Tensor4D
  const [xs, ws] = [image.dataSync(), filter.dataSync()]
  const results: Tensor[] = []
  let growths = 0
  while (growths < 3) {
    const before = heapBytes()
    results.push(conv2d(image, filter, 1, 'valid'))
    if (heapBytes() > before) growths++
  }
  expect(describeWasm()?.threads).toBe(3)
  for (const [i, tensor] of early.entries()) expect(tensor.dataSync()).toEqual(copies[i])
  // In the memory that is new: results, and what is computed from them.
  const last = results.at(-1)!
  const ys = last.dataSync() as Float32Array
  for (let i = 0; i < ys.length; i += 991) {
    const [pixel, o] = [Math.floor(i / 40), i % 40]
    const expected = [0, 1, 2].reduce((total, c) => total + xs[3 * pixel + c]! * ws[40 * c + o]!, 0)
    expect(Math.abs(ys[i]! - expected)).toBeLessThan(1e-6)
  }
  const positive = relu(last)
  const total = sum(positive)
  const exact = ys.reduce((a, y) => a + Math.max(y, 0), 0)
  expect(total.dataSync()[0]! / exact).toBeCloseTo(1, 6)
  const twice = add(results[0]!, last)
  expect(twice.dataSync()[12_345]).toBe(2 * ys[12_345]!)
  dispose([...early, image, filter, ...results, positive, total, twice])
})
