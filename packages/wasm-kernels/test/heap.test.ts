import '@gg/core/register-gradients'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  add,
  backend,
  conv2d,
  dispose,
  fused,
  grads,
  matMul,
  memory,
  square,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { heapOf } from '../src/engine/heap.ts'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'

onWasm()

const heapBytes = () => heapOf(backend() as BackendWasm)!.memory.buffer.byteLength

function step(images: number): void {
  tidy(() => {
    const x = randomNumbers([images, 9, 9, 3], 1) as Tensor4D
    const filter = randomNumbers([3, 3, 3, 10], 2) as Tensor4D
    const [a, b] = [randomNumbers([images, 30], 3) as Tensor2D, randomNumbers([30, 7], 4) as Tensor2D]
    grads((w: Tensor, v: Tensor) =>
      add(sum(square(conv2d(x, w as Tensor4D, 2, 'same'))), sum(square(matMul(v as Tensor2D, b)))),
    )([filter, a])
    fused.conv2d({ x, filter, strides: 1, pad: 'same', activation: 'sigmoid' })
  })
}

test('a thousand steps leave no tensor and grow no heap', () => {
  for (let i = 0; i < 20; i++) step(1 + (i % 7))
  const [bytes, tensors] = [heapBytes(), memory().numTensors]
  for (let i = 0; i < 1000; i++) step(1 + (i % 7))
  expect(memory().numTensors).toBe(tensors)
  expect(heapBytes()).toBe(bytes)
})

test('the heap may grow in the middle of a kernel', () => {
  const x = randomNumbers([1, 512, 512, 1], 1) as Tensor4D
  const filter = randomNumbers([1, 1, 1, 13], 2) as Tensor4D
  const kept: Tensor[] = []
  let before = heapBytes()
  // Results of 13 MB each, until one of them needs a larger heap.
  do {
    before = heapBytes()
    kept.push(conv2d(x, filter, 1, 'valid'))
  } while (heapBytes() === before)
  const [xs, ws, ys] = [x.dataSync(), filter.dataSync(), kept.at(-1)!.dataSync()]
  for (let i = 0; i < ys.length; i += 997) expect(ys[i]).toBe(Math.fround(xs[Math.floor(i / 13)]! * ws[i % 13]!))
  dispose([x, filter, ...kept])
})
