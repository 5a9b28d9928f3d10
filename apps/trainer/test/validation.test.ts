import { glyphs, trainValidationSplit } from '@gg/data'
import { evaluate, type LoadOptions, type TrainConfigInput, type TrainEvent, train } from '@gg/trainer'
import { memory } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { DATASETS } from '../src/names/datasets.ts'
import { holdOut } from '../src/training/hold-out.ts'

const config: TrainConfigInput = {
  model: 'mlp(hidden=[8])',
  limit: 100,
  batchSize: 20,
  epochs: 3,
  validation: 0.2,
  backend: 'cpu',
  seed: 7,
}

const run = async (input: TrainConfigInput) => {
  const events: TrainEvent[] = []
  const result = await train({ ...config, ...input }, { onProgress: (event) => void events.push(event) })
  return { events, result }
}

describe('a part that is held out', () => {
  const load: LoadOptions = { dataDir: null, limit: 100, imageSize: 64 }
  const normalization = DATASETS.glyphs.normalization

  it('judges the epochs, and the test images are looked at once, at the end', async () => {
    const before = memory().numTensors
    const { events, result } = await run({})
    expect(events[0]).toMatchObject({
      kind: 'start',
      trainImages: 80,
      validationImages: 20,
      testImages: 2000,
      steps: 12,
    })
    const epochs = events.filter((event) => event.kind === 'epoch')
    expect(epochs).toHaveLength(3)
    for (const epoch of epochs) expect(epoch).not.toHaveProperty('testAccuracy')
    const finals = events.filter((event) => event.kind === 'final')
    // The same by hand: the images of the split, the weights at the end.
    const { validation } = trainValidationSplit(glyphs({ size: 100, split: 'train' }), { validation: 20, seed: 7 })
    const weights = { params: result.optimizer.params, stats: result.stats }
    const held = await evaluate(result.model, weights, validation, { normalization })
    const tested = await evaluate(result.model, weights, glyphs({ size: 2000, split: 'test' }), { normalization })
    expect(epochs.at(-1)).toMatchObject({ validationLoss: held?.loss, validationAccuracy: held?.accuracy })
    expect(finals).toEqual([
      { kind: 'final', epoch: 3, step: 12, testLoss: tested?.loss, testAccuracy: tested?.accuracy },
    ])
    result.dispose()
    expect(memory().numTensors).toBe(before)
  })

  it('ends a run early', async () => {
    const { result } = await run({ optimizer: 'sgd(1e-30)', patience: 1, epochs: 9 })
    expect(result.metrics.filter(({ kind }) => kind === 'epoch')).toHaveLength(2)
    expect(result.message).toBe('The validation accuracy has not risen for 1 epochs.')
    result.dispose()
  })

  it('is the same of images that are read when they are needed', async () => {
    const data = await DATASETS.glyphs.load(load)
    if ('read' in data.train) throw new TypeError('glyphs are in memory')
    const { images, ...rest } = data.train
    const values = images.length / rest.size
    const read = (indices: ArrayLike<number>) =>
      Promise.resolve(
        Uint8Array.from(Array.from(indices, (i) => [...images.subarray(i * values, (i + 1) * values)]).flat()),
      )
    const settings = { validation: 0.2, seed: 7 }
    const label = (setting: string) => setting
    const whole = holdOut(data, settings, label)
    const lazy = holdOut({ ...data, train: { ...rest, read } }, settings, label)
    for (const part of ['train', 'validation'] as const) {
      const [a, b] = [whole[part], lazy[part]]
      if (a === undefined || b === undefined || 'read' in a || !('read' in b)) throw new TypeError('no such part')
      expect([...b.labels]).toEqual([...a.labels])
      expect(await b.read(b.labels.map((_, i) => i))).toEqual(a.images)
    }
  })

  it('must have images, and leave some', () => {
    const data = { train: glyphs({ size: 3 }), test: glyphs({ size: 3 }) }
    const of = (validation: number) => () => holdOut(data, { validation, seed: 0 }, () => '--validation')
    expect(of(0.1)).toThrow('--validation must leave images in both parts, got 0.1, which is 0 of 3 training images.')
    expect(of(0.9)).toThrow('which is 3 of 3')
  })
})
