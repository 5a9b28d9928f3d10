import { describe as describeWasm, enableWasm } from '@gg/wasm-kernels'
import {
  conv2d,
  grads,
  matMul,
  memory,
  relu,
  square,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wave } from './wave.ts'

/** The bits that `body` gives on that many threads; strings, because comparing a million numbers one by one is slow. */
async function on(threads: number, body: () => Tensor[]): Promise<string[]> {
  await enableWasm({ threads })
  return tidy(() => body().map((result) => Buffer.from((result.dataSync() as Float32Array).buffer).toString('base64')))
}

/** Expects of each number of threads the bits that one thread gives. */
async function expectBitsOfOne(body: () => Tensor[], threads: readonly number[]): Promise<void> {
  const one = await on(1, body)
  for (const count of threads) expect(await on(count, body), `${count} threads`).toEqual(one)
}

beforeAll(async () => {
  expect(describeWasm()).toBeUndefined()
  await enableWasm({ threads: 2 })
})

afterAll(async () => {
  await enableWasm({ threads: 1 })
})

describe('threads', () => {
  it('are told of', () => {
    expect(describeWasm()).toMatchObject({ threads: 2, tfjs: '4.22.0' })
  })

  const cases: Readonly<Record<string, () => Tensor[]>> = {
    'relu of a million numbers': () => [relu(wave([1_000_003], 1))],
    'a convolution and its gradients': () => {
      const [x, w] = [wave([16, 17, 19, 12], 1) as Tensor4D, wave([3, 3, 12, 20], 2) as Tensor4D]
      return grads((a: Tensor, b: Tensor) => sum(square(conv2d(a as Tensor4D, b as Tensor4D, 1, 'same'))))([x, w])
    },
    'a wide convolution on small maps': () => {
      const [x, w] = [wave([8, 4, 4, 128], 1) as Tensor4D, wave([3, 3, 128, 96], 2) as Tensor4D]
      return grads((a: Tensor, b: Tensor) => sum(square(conv2d(a as Tensor4D, b as Tensor4D, 2, 'same'))))([x, w])
    },
    'products of matrices': () => {
      const [a, b] = [wave([200, 300], 1) as Tensor2D, wave([300, 150], 2) as Tensor2D]
      return [matMul(a, b), matMul(a, a, true), matMul(b, b, false, true)]
    },
  }
  for (const [name, body] of Object.entries(cases)) {
    it(`${name}: one, two and five threads give the same bits`, () => expectBitsOfOne(body, [2, 5, 5]))
  }

  // [height and width, channels, filters, height and width of a filter, stride]; some go by tiles, some by the definition.
  const convolutions = {
    LeNet: [
      [28, 1, 6, 5, 1],
      [14, 6, 16, 5, 1],
    ],
    'ResNet-8': [
      [32, 3, 16, 3, 1],
      [32, 16, 16, 3, 1],
      [32, 16, 32, 3, 2],
      [16, 32, 32, 3, 1],
      [16, 32, 64, 3, 2],
      [8, 64, 64, 3, 1],
    ],
    'ResNet-18': [
      [32, 64, 64, 3, 1],
      [32, 64, 128, 1, 2],
      [16, 128, 128, 3, 1],
      [8, 256, 256, 3, 1],
      [8, 256, 512, 3, 2],
      [4, 512, 512, 3, 1],
    ],
    'VGG-11': [
      [32, 3, 32, 3, 1],
      [16, 32, 64, 3, 1],
      [8, 64, 128, 3, 1],
      [2, 256, 256, 3, 1],
    ],
  } as const
  for (const [network, shapes] of Object.entries(convolutions)) {
    it(`every convolution of a ${network} and its gradients: one, two and three threads give the same bits`, () => {
      const body = () =>
        shapes.flatMap(([size, channels, filters, side, stride], i) => {
          const x = wave([5, size, size, channels], i) as Tensor4D
          const w = wave([side, side, channels, filters], i + 1) as Tensor4D
          const y = (a: Tensor, b: Tensor) => conv2d(a as Tensor4D, b as Tensor4D, stride, 'same')
          return [y(x, w), ...grads((a: Tensor, b: Tensor) => sum(square(y(a, b))))([x, w])]
        })
      return expectBitsOfOne(body, [2, 3])
    })
  }

  it('keeps the heap flat over a thousand steps', async () => {
    await enableWasm({ threads: 2 })
    const x = wave([4, 12, 12, 8], 1) as Tensor4D
    const w = wave([3, 3, 8, 8], 2) as Tensor4D
    const step = (): void => tidy(() => void conv2d(x, w, 1, 'same').dataSync())
    for (let i = 0; i < 20; i++) step()
    const before = memory().numTensors
    for (let i = 0; i < 1000; i++) step()
    expect(memory().numTensors).toBe(before)
    x.dispose()
    w.dispose()
  })

  it('refuses numbers of threads that are none', async () => {
    for (const threads of [0, -1, 1.5, Number.NaN, 65]) {
      await expect(enableWasm({ threads })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    }
  })
})
