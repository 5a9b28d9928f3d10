import '@gg/core/register-gradients'
import { valueAndGrad } from '@gg/core'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  add,
  backend,
  conv2d,
  dispose,
  engine,
  memory,
  type NamedAttrMap,
  pow,
  type Scalar,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor1d,
} from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engineOf } from '../src/engine/engine-of.ts'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'

onWasm()

const wasm = () => backend() as BackendWasm
const MB = 2 ** 20
const FULL = expect.objectContaining({ name: 'WasmKernelError', code: 'OUT_OF_MEMORY' })

/** Takes what there is in ever smaller pieces, of which nobody touches a page, down to pieces of `least` bytes. */
function fill(least: number): object[] {
  const taken: object[] = []
  for (let bytes = 1024 * MB; bytes >= least; ) {
    try {
      taken.push(wasm().makeOutput([bytes], 'bool').dataId)
    } catch (error) {
      expect(error).toEqual(FULL)
      bytes /= 2
    }
  }
  return taken
}

const free = (taken: readonly object[]) => {
  for (const dataId of taken) wasm().disposeData(dataId)
}

test('a tensor above 4 GiB is refused, and not made with what is left of its size modulo 2³²', () => {
  expect(() => wasm().makeOutput([2 ** 30 + 4], 'float32')).toThrow(FULL)
  expect(() => wasm().makeOutput([2 ** 30 + 4], 'float32')).toThrow(
    /WASM memory: 4\.00 GiB \(4294967312 bytes\) cannot be had beside .* in \d+ tensors; the heap has .*smaller batch/,
  )
})

describe('when the heap is full', () => {
  let x: Tensor
  let image: Tensor4D
  let filter: Tensor4D
  let taken: object[]

  beforeAll(() => {
    x = tensor1d(new Float32Array(4 * MB).fill(3))
    image = randomNumbers([64, 64, 64, 16], 1) as Tensor4D
    filter = randomNumbers([3, 3, 16, 16], 2) as Tensor4D
    engineOf(wasm())
    taken = fill(MB)
  })

  afterAll(() => {
    free(taken)
    dispose([x, image, filter])
  })

  const ids = () => wasm().numDataIds()
  const intact = () => {
    expect(sum(x).dataSync()[0]).toBe(12 * MB)
    expect(add(filter, 0).dataSync()).toEqual(filter.dataSync())
  }

  const BY: Readonly<Record<string, () => unknown>> = {
    'a kernel of ours': () => square(x),
    'a kernel of tfjs': () => pow(x, 2),
    'values from JavaScript': () => tensor(new Float32Array(4 * MB)),
    'a convolution': () => conv2d(image, filter, 1, 'same'),
    'a kernel with several results': () =>
      engine().runKernel('GgScaleByAdam', { 0: x, 1: x, 2: x }, {
        b1: 0.9,
        b2: 0.99,
        ofMu: 1,
        ofUpdates: 1,
        underRoot: 0,
        besideRoot: 1e-8,
      } as NamedAttrMap),
    'a gradient': () => valueAndGrad((w: Tensor) => sum(conv2d(image, w as Tensor4D, 1, 'same')) as Scalar)(filter),
  }
  test.each(Object.entries(BY))('%s says so, and leaves nothing and the other tensors as they were', (_, run) => {
    const [tensors, data] = [memory().numTensors, ids()]
    for (let i = 0; i < 3; i++) expect(run).toThrow(FULL)
    expect(memory().numTensors).toBe(tensors)
    expect(ids()).toBe(data)
    expect(memory().numTensors).toBe(tensors)
    engine().startScope()
    intact()
    engine().endScope()
  })

  test('the results that a kernel had made before are freed', () => {
    // Room for one result of two and not for both.
    const one = taken.find((dataId) => wasm().dataIdMap.get(dataId).shape[0] === 32 * MB)!
    wasm().disposeData(one)
    taken = taken.filter((dataId) => dataId !== one)
    const data = ids()
    const attrs = { b1: 0.9, b2: 0.99, ofMu: 1, ofUpdates: 1, underRoot: 0, besideRoot: 1e-8 }
    for (let i = 0; i < 5; i++) {
      expect(() => engine().runKernel('GgScaleByAdam', { 0: x, 1: x, 2: x }, attrs)).toThrow(FULL)
    }
    expect(ids()).toBe(data)
    const room = wasm().makeOutput([16 * MB], 'bool').dataId
    wasm().disposeData(room)
  })

  test('smaller work goes on', () => {
    engine().startScope()
    expect(Array.from(square(tensor1d([1, 2, 3])).dataSync())).toEqual([1, 4, 9])
    intact()
    engine().endScope()
  })
})

test('with the memory free again all goes on as before', () => {
  const x = tensor1d(new Float32Array(4 * MB).fill(2))
  const y = square(x)
  expect(y.dataSync()[4 * MB - 1]).toBe(4)
  dispose([x, y])
})
