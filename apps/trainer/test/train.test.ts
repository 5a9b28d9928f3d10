import { BACKENDS, type TrainConfigInput, type TrainEvent, TrainingError, type TrainResult, train } from '@gg/trainer'
import { memory } from '@tensorflow/tfjs-core'
import { describe, expect, it, vi } from 'vitest'
import { stateTensorsOf } from './state-tensors-of.ts'

const tiny: TrainConfigInput = { at: ['conv*/output=gate()'], limit: 96, batchSize: 40, epochs: 2 }

/** All that is to be the same in two runs: timings are not. */
const outcome = async ({ metrics, optimizer }: TrainResult) => ({
  metrics: metrics.map((line) => (line.kind === 'epoch' ? { ...line, seconds: 0, imagesPerSecond: 0 } : line)),
  saved: await optimizer.save(),
})

describe('train', () => {
  it('reports the start, steps and epochs', async () => {
    const events: TrainEvent[] = []
    const result = await train(tiny, { onProgress: (event) => events.push(event) })
    expect(events.map(({ kind }) => kind).join(' ')).toBe('start step step step epoch step step step epoch')
    expect(events[0]).toMatchObject({
      kind: 'start',
      config: result.config,
      parameters: 61_706,
      sites: ['conv1/output', 'conv2/output'],
      trainImages: 96,
      testImages: 2000,
      steps: 6,
    })
    expect(events.slice(1)).toEqual(result.metrics)
    const [first, , third, epoch] = result.metrics
    expect(first).toMatchObject({ kind: 'step', epoch: 1 / 3, step: 1, learningRate: result.config.learningRate })
    expect(third).toMatchObject({ kind: 'step', epoch: 1, step: 3 })
    expect(epoch).toMatchObject({ kind: 'epoch', epoch: 1, step: 3 })
    expect(result.status).toBe('completed')
    result.dispose()
  })

  it('weighs the smaller last batch by its images in the loss of the epoch', async () => {
    const result = await train({ ...tiny, epochs: 1 })
    const steps = result.metrics.flatMap((line) => (line.kind === 'step' ? [line.trainLoss] : []))
    const [epoch] = result.metrics.filter((line) => line.kind === 'epoch')
    const [a = 0, b = 0, c = 0] = steps
    expect(epoch?.trainLoss).toBeCloseTo((40 * a + 40 * b + 16 * c) / 96, 12)
    result.dispose()
  })

  it('gives the same numbers and weights for the same seed, bit for bit, and others for another', async () => {
    const results = [await train(tiny), await train(tiny), await train({ ...tiny, seed: 1 })]
    const [one, two, three] = await Promise.all(results.map(outcome))
    expect(two).toEqual(one)
    expect(three?.metrics).not.toEqual(one?.metrics)
    expect(three?.saved).not.toEqual(one?.saved)
    for (const result of results) result.dispose()
  })

  it('shapes gradients where it is told to, and the forward pass never', async () => {
    const lossesOf = async (config: TrainConfigInput) => {
      const result = await train({ ...tiny, epochs: 1, ...config })
      result.dispose()
      return result.metrics.flatMap((line) => (line.kind === 'step' ? [line.trainLoss] : []))
    }
    const gated = await lossesOf({})
    const plain = await lossesOf({ at: [] })
    // The first step's loss is that of the first weights, which no gradient has touched.
    expect(gated[0]).toBe(plain[0])
    expect(gated.slice(1)).not.toEqual(plain.slice(1))
    expect(await lossesOf({ at: 'conv1/output=gate()' })).not.toEqual(gated)
    expect(await lossesOf({ at: 'conv*/output=gate(rescale=preserve-norm)' })).not.toEqual(gated)
    expect(await lossesOf({ at: 'conv*/output=gate(normalize=standardize)' })).not.toEqual(gated)
    expect(await lossesOf({ at: ['conv1/output=gate', 'conv2/output=gate'] })).toEqual(gated)
    const masked = await lossesOf({ at: 'conv*/output=topK(50)+gate()' })
    expect(await lossesOf({ at: ['conv*/output=topK(50)', 'conv*/output=gate'] })).toEqual(masked)
    expect(await lossesOf({ at: 'conv*/output=gate()+topK(50)' })).not.toEqual(masked)
  })

  it.each([
    { model: 'mlp', at: [] },
    { model: 'mlp(hidden=[32], dropout=0.5)', at: [], warmup: 2 },
    { model: 'lenet(activation=accelerate(tanh, shape=gaussian(2)), initializer=lecunNormal)' },
    { model: 'lenet(reluMaxPool=reluMaxPool)' },
    { model: 'resnet8(width=2, globalPool=gatedGlobalAveragePool, shortcut=B)', at: 'stage*/**/output=gate' },
    { model: 'vgg11(width=2)', at: [], batchSize: 48 },
    { model: 'lenet(batchNorm=true)', accumulate: 3, augment: 'crop,flip,cutout(size=12),mixup' },
    { optimizer: 'adamw(weightDecay=0.1, mask=kernels)', schedule: 'warmup-cosine', labelSmoothing: 0.1 },
    { optimizer: 'clipByGlobalNorm(1)+sgd(momentum=0.9)', schedule: 'linear', ema: 0.9 },
    { optimizer: 'addDecayedWeights(0.1, mask=kernels)+sgd', schedule: 'cosine' },
    { optimizer: 'lion(linearSchedule(initValue=1e-3, endValue=0, transitionSteps=steps))' },
    { backend: 'cpu', limit: 32, batchSize: 16, model: 'mlp', at: [] },
  ] as const)('trains with %j', async (config) => {
    const result = await train({ ...tiny, ...config })
    const losses = result.metrics.map(({ trainLoss }) => trainLoss)
    expect(losses.every((loss) => loss > 0 && loss < 20)).toBe(true)
    result.dispose()
  })

  it('follows the schedule', async () => {
    const result = await train({ ...tiny, schedule: 'linear', learningRate: 0.06 })
    const rates = result.metrics.flatMap((line) => (line.kind === 'step' ? [line.learningRate] : []))
    expect(rates).toBeAllClose([0.06, 0.05, 0.04, 0.03, 0.02, 0.01])
    result.dispose()
  })

  it('keeps weights and states, and nothing after dispose()', async () => {
    const configs: readonly TrainConfigInput[] = [
      { model: 'lenet(batchNorm=true)' },
      { at: [] },
      { optimizer: 'clipByGlobalNorm(1)+sgd(momentum=0.9)', at: 'conv1/output=gradientFlow' },
    ]
    for (const config of configs) {
      const before = memory()
      const result = await train({ ...tiny, ...config })
      const { params, state } = result.optimizer
      const owned = stateTensorsOf([params, state, result.stats, result.sites?.state ?? {}])
      expect(owned).toBeGreaterThan(10)
      expect(memory().numTensors - before.numTensors).toBe(owned)
      result.dispose()
      expect(memory().numTensors).toBe(before.numTensors)
      expect(memory().numDataBuffers).toBe(before.numDataBuffers)
    }
  })

  it('stops after the step under way when it is told to', async () => {
    const before = memory().numTensors
    const stop = new AbortController()
    const result = await train(tiny, {
      onProgress: ({ kind }) => kind === 'epoch' && stop.abort(),
      signal: stop.signal,
    })
    expect(result.status).toBe('stopped')
    expect(result.metrics.at(-1)).toMatchObject({ kind: 'epoch', epoch: 1 })
    result.dispose()
    expect(memory().numTensors).toBe(before)
  })

  it('says at which step it diverged, and leaves nothing behind', async () => {
    const before = memory().numTensors
    const lines: TrainEvent[] = []
    const config = { ...tiny, optimizer: 'sgd', schedule: 'constant', learningRate: 1e30 } as const
    await expect(train(config, { onProgress: (line) => lines.push(line) })).rejects.toThrow(
      /^Training diverged: the loss is (NaN|Infinity) at step 2, in epoch 1 \(learning rate 1e\+30\): /,
    )
    expect(lines.map(({ kind }) => kind)).toEqual(['start', 'step'])
    expect(memory().numTensors).toBe(before)
  })

  it('lists the sites where a pattern matches none, and leaves nothing behind', async () => {
    const before = memory().numTensors
    const failed = train({ ...tiny, at: 'conv9/*=gate()' })
    await expect(failed).rejects.toThrow(TrainingError)
    await expect(failed).rejects.toThrow(/^`at`: 'conv9\/\*' matches none of the sites of lenet: conv1\/output, /)
    expect(memory().numTensors).toBe(before)
  })

  it('leaves nothing behind when the one who is told throws', async () => {
    const before = memory().numTensors
    const onProgress = ({ kind }: TrainEvent) => {
      if (kind === 'step') throw new Error('disk full')
    }
    await expect(train(tiny, { onProgress })).rejects.toThrow('disk full')
    expect(memory().numTensors).toBe(before)
  })

  it('says why a backend does not start, and where to look for others', async () => {
    vi.spyOn(BACKENDS.wasm, 'load').mockRejectedValueOnce(new Error('no SIMD here'))
    await expect(train(tiny)).rejects.toMatchObject({
      code: 'BACKEND_FAILED',
      message: "Backend 'wasm' did not start: no SIMD here. `gg doctor` tells which ones start here.",
    })
  })

  it('says which files to put where when MNIST is missing', async () => {
    const failed = train({ data: 'mnist', dataDir: '/nowhere' })
    await expect(failed).rejects.toMatchObject({ code: 'DATA_MISSING' })
    await expect(failed).rejects.toThrow(/got \/nowhere\/mnist without it[\s\S]*--data-dir/)
  })
})
