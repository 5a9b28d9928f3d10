// Whole training steps, many of them: whatever a step borrows it has to give back.
import '@gg/core/register-gradients'
import { chain, createOptimizer } from '@gg/core'
import { accelerate } from '@gg/gaaf'
import { gate } from '@gg/gating'
import { lateralMask } from '@gg/lateral-mask'
import { cifarResnet, createSites } from '@gg/models'
import { adam, softmaxCrossEntropy } from '@gg/optim'
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  backend,
  cast,
  dispose,
  mean,
  memory,
  oneHot,
  type Scalar,
  type Tensor4D,
  tensor1d,
} from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import { heapOf } from '../src/engine/heap.ts'
import { onWasm } from './on-wasm.ts'
import { randomNumbers } from './random-numbers.ts'

onWasm()

/** Steps: 300, or what GG_STEPS says. */
const STEPS = Number(process.env['GG_STEPS'] ?? 300)
/** Images of a step: as at the end of an epoch there are fewer now and then, and pieces of other sizes are borrowed. */
const BATCHES = [4, 4, 3, 4, 1]

const heapBytes = () => heapOf(backend() as BackendWasm)!.memory.buffer.byteLength

test(
  `${STEPS} steps with gate, mask, GAAF, batch norm and Adam leave heap, tensors and data as they were`,
  () => {
    const model = cifarResnet({ depth: 8, width: 4, inputShape: [8, 8, 3], activation: accelerate('relu') })
    const sites = createSites(model.sites, { '{conv1,**/conv?}/output': chain(lateralMask(), gate()) })
    const optimizer = createOptimizer(adam(1e-3), model.init(0))
    let stats = model.initStats()
    const batches = BATCHES.map((count, i) => ({
      images: randomNumbers([count, 8, 8, 3], i) as Tensor4D,
      labels: cast(oneHot(tensor1d([0, 3, 9, 5].slice(0, count), 'int32'), 10), 'float32'),
    }))

    const step = (i: number): number => {
      const { images, labels } = batches[i % batches.length]!
      const result = optimizer.minimizeWithAux((params) => {
        const { logits, stats: next } = model.applyWithStats(params, stats, images, { training: true, sites })
        return [mean(softmaxCrossEntropy(logits, labels)) as Scalar, next] as const
      })
      dispose(Object.values(stats).flatMap((part) => Object.values(part)))
      stats = result.aux
      const loss = result.value.dataSync()[0]!
      result.value.dispose()
      return loss
    }

    for (let i = 0; i < 20; i++) step(i)
    const state = () => [heapBytes(), memory().numTensors, (backend() as BackendWasm).numDataIds()]
    const before = state()
    let loss = Number.NaN
    for (let i = 0; i < STEPS; i++) {
      loss = step(i)
      if (i % 100 === 99) expect(state(), `after ${i + 1} steps`).toEqual(before)
    }
    expect(state()).toEqual(before)
    expect(loss).toBeLessThan(3)
  },
  Math.max(60_000, STEPS * 200),
)
