import { batches } from '@gg/data'
import { type TrainConfigInput, type TrainEvent, type TrainingCheckpoint, train } from '@gg/trainer'
import { memory } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { skipping } from '../src/training/skipping.ts'

// Everything that a run remembers is in it: statistics, dropout, a site with random numbers, moments, an average.
const config: TrainConfigInput = {
  model: 'mlp(hidden=[8], dropout=0.2, batchNorm=true)',
  at: { 'dense1/output': 'dropoutGradient(0.1, seed=4)+gradientFlow', 'dense1/activation': 'gate()' },
  optimizer: 'clipByGlobalNorm(1)+adamw',
  augment: 'crop(padding=2)+flip+mixup',
  labelSmoothing: 0.1,
  ema: 0.9,
  accumulate: 2,
  limit: 96,
  batchSize: 20,
  epochs: 3,
  checkpointEvery: 2,
  backend: 'cpu',
  seed: 3,
}

/** Without what the clock says. */
const untimed = (events: readonly TrainEvent[]) =>
  events.map((event) => (event.kind === 'epoch' ? { ...event, seconds: 0, imagesPerSecond: 0 } : event))
const timeless = ({ states, position }: TrainingCheckpoint) => ({ states, position: { ...position, seconds: 0 } })

const run = async (input: TrainConfigInput, resume?: TrainingCheckpoint) => {
  const checkpoints: TrainingCheckpoint[] = []
  const best: number[] = []
  const options = {
    onCheckpoint: (checkpoint: TrainingCheckpoint, isBest: boolean) => {
      // As it would be after a way through a file.
      checkpoints.push(structuredClone(checkpoint))
      if (isBest) best.push(checkpoint.position.epochs)
    },
    ...(resume && { resume }),
  }
  const result = await train(input, options)
  result.dispose()
  return { metrics: untimed(result.metrics), checkpoints: checkpoints.map(timeless), best, message: result.message }
}

describe('train, from a checkpoint', () => {
  it('ends as a run that was never stopped, bit for bit, from each of its checkpoints', async () => {
    const whole = await run(config)
    // The start, after every second step within an epoch, after each epoch.
    expect(whole.checkpoints.map(({ position }) => position.step)).toEqual([0, 2, 4, 5, 6, 8, 10, 12, 14, 15])
    const before = memory().numTensors
    for (const checkpoint of whole.checkpoints.slice(0, -1)) {
      const rest = await run(config, checkpoint)
      const { step, epochs } = checkpoint.position
      expect(rest.checkpoints.at(-1)).toEqual(whole.checkpoints.at(-1))
      expect(rest.metrics).toEqual(
        whole.metrics.filter((line) => (line.kind === 'epoch' ? line.epoch > epochs : line.step > step)),
      )
    }
    expect(memory().numTensors).toBe(before)
  })

  it('would end otherwise without the states, each of them', async () => {
    const whole = await run(config)
    const checkpoint = whole.checkpoints.find(({ position }) => position.step === 8)
    const start = whole.checkpoints[0]
    if (checkpoint === undefined || start === undefined) throw new Error('a checkpoint is missing')
    expect(Object.keys(checkpoint.states)).toEqual([
      'params',
      'optimizer',
      'stats',
      'ema',
      'sites/dense1/output',
      'sites/dense1/activation',
    ])
    for (const name of ['params', 'optimizer', 'stats', 'ema', 'sites/dense1/output']) {
      const { [name]: _, ...others } = checkpoint.states
      const first = start.states[name]
      const states = first === undefined ? others : { ...others, [name]: first }
      const rest = await run(config, { ...checkpoint, states })
      expect(rest.checkpoints.at(-1)).not.toEqual(whole.checkpoints.at(-1))
    }
  })

  it('is stopped within an epoch and during a test, and goes on from there', async () => {
    const whole = await run(config)
    for (const steps of [1, 4, 7, 10]) {
      const stop = new AbortController()
      const checkpoints: TrainingCheckpoint[] = []
      const result = await train(config, {
        onProgress: (event) => event.kind === 'step' && event.step === steps && stop.abort(),
        onCheckpoint: (checkpoint) => void checkpoints.push(structuredClone(checkpoint)),
        signal: stop.signal,
      })
      result.dispose()
      expect(result.status).toBe('stopped')
      const last = checkpoints.at(-1)
      expect(last?.position).toMatchObject({ step: steps, epochs: steps <= 5 ? 0 : 1 })
      const rest = await run(config, last)
      expect(rest.checkpoints.at(-1)).toEqual(whole.checkpoints.at(-1))
    }
  })

  it('refuses a checkpoint of another model, and leaves nothing behind', async () => {
    const { checkpoints } = await run({ ...config, epochs: 1 })
    const before = memory().numTensors
    const other = run({ ...config, model: 'mlp(hidden=[9], dropout=0.2, batchNorm=true)' }, checkpoints[0])
    await expect(other).rejects.toThrow(/\[9\] is expected/)
    expect(memory().numTensors).toBe(before)
  })
})

describe('train, how long', () => {
  it('counts steps in place of epochs, and tests what it has at the end', async () => {
    const { metrics } = await run({ ...config, epochs: undefined, steps: 7 })
    const epochs = metrics.filter((line) => line.kind === 'epoch')
    expect(epochs.map((line) => [line.epoch, line.step])).toEqual([
      [1, 5],
      [2, 7],
    ])
  })

  it('ends when the test accuracy has not risen for a while, also after it was resumed', async () => {
    const slow = { ...config, optimizer: 'sgd(0)', ema: undefined, epochs: 9, patience: 2, checkpointEvery: undefined }
    const { metrics, message, best, checkpoints } = await run({ ...slow, model: 'mlp(hidden=[8])' })
    expect(metrics.filter(({ kind }) => kind === 'epoch')).toHaveLength(3)
    expect(message).toBe('The test accuracy has not risen for 2 epochs.')
    expect(best).toEqual([1])
    const again = await run({ ...slow, model: 'mlp(hidden=[8])' }, checkpoints.at(-1))
    expect(again).toMatchObject({ metrics: [], message })
  })

  it('gives the same weights for any number of parts but for rounding, without batch norm', async () => {
    // Adam would make a gradient of 1e-9 a step like any other, and of its rounding too.
    const plain = {
      ...config,
      model: 'mlp(hidden=[8])',
      optimizer: 'sgd(0.1)',
      at: undefined,
      epochs: 1,
      checkpointEvery: undefined,
    }
    const [one, three] = await Promise.all([run({ ...plain, accumulate: 1 }), run({ ...plain, accumulate: 3 })])
    const weights = ({ checkpoints }: typeof one) =>
      Object.values(checkpoints.at(-1)?.states['params']?.arrays ?? {}).flatMap(({ data }) => [...data])
    expect(weights(three)).toBeAllClose(weights(one), { rtol: 1e-5, atol: 1e-6 })
    expect(weights(three)).not.toEqual(weights(one))
  })

  it('tests the average of weights, which lags behind the weights', async () => {
    const ema = await run({ ...config, accumulate: 1 })
    const plain = await run({ ...config, accumulate: 1, ema: undefined })
    const losses = ({ metrics }: typeof ema) => metrics.map((line) => line.kind === 'epoch' && line.trainLoss)
    expect(losses(ema)).toEqual(losses(plain))
    expect(ema.metrics).not.toEqual(plain.metrics)
    const { params, ema: average } = ema.checkpoints.at(-1)?.states ?? {}
    expect(average?.arrays['params/logits/kernel']).toBeDefined()
    expect(average?.arrays['params/logits/kernel']).not.toEqual(params?.arrays['logits/kernel'])
  })
})

describe('images that are read when they are needed', () => {
  it('are not read again for the batches before a checkpoint', async () => {
    const read: number[] = []
    const lazy = {
      name: 'lazy',
      size: 10,
      shape: [1, 1, 1] as const,
      labels: new Uint8Array(10),
      classNames: ['a'],
      read: (indices: ArrayLike<number>) => {
        read.push(...Array.from(indices))
        return Promise.resolve(Uint8Array.from(Array.from(indices)))
      },
    }
    const order = async (skipped: number) => {
      const seen: number[][] = []
      const images = skipping(lazy, skipped)
      if (!('read' in images)) throw new Error('the images are lazy')
      for await (const batch of batches(images, { batchSize: 3, seed: 1 })) seen.push([...batch.images])
      return seen
    }
    const all = await order(0)
    read.length = 0
    const rest = await order(6)
    expect(rest.slice(2)).toEqual(all.slice(2))
    expect(read).toEqual(all.slice(2).flat())
  })
})
