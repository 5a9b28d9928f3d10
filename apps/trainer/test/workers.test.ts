import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newestCheckpoint, type TrainConfigInput, type TrainingCheckpoint, train } from '@gg/trainer'
import { memory } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { partsOfBatch } from '../src/training/parts-of-batch.ts'
import { runGg } from './run-gg.ts'
import { runsFolder } from './runs-folder.ts'

const unbuilt = !existsSync(fileURLToPath(new URL('../dist/gradient-worker.js', import.meta.url)))

const config: TrainConfigInput = {
  model: 'mlp(hidden=[8], dropout=0.2, batchNorm=true)',
  at: { 'dense1/activation': 'gate()' },
  optimizer: 'clipByGlobalNorm(1)+adamw',
  augment: 'flip+mixup',
  labelSmoothing: 0.1,
  limit: 90,
  batchSize: 20,
  epochs: 2,
  backend: 'cpu',
}

const run = async (input: TrainConfigInput, resume?: TrainingCheckpoint) => {
  const checkpoints: TrainingCheckpoint[] = []
  const onCheckpoint = (checkpoint: TrainingCheckpoint) => void checkpoints.push(structuredClone(checkpoint))
  const result = await train(input, { onCheckpoint, ...(resume && { resume }) })
  result.dispose()
  const metrics = result.metrics.map((line) => ({ ...line, seconds: 0, imagesPerSecond: 0 }))
  return { metrics, checkpoints }
}

/** What is learned; each worker keeps the states of its own sites. */
const learned = ({ checkpoints }: { readonly checkpoints: readonly TrainingCheckpoint[] }) =>
  Object.entries(checkpoints.at(-1)?.states ?? {}).filter(([name]) => !name.includes('sites/'))

describe.skipIf(unbuilt)(`workers${unbuilt ? ': skipped, build the packages to run them' : ''}`, () => {
  // In processes of their own: here this thread would run the sources, and the workers the build.
  it.each(['cpu', 'wasm'] as const)(
    'compute what one thread computes in as many parts, bit for bit, on %s',
    async (backend) => {
      const { model, at, ...rest } = { ...config, backend }
      const settings = Object.entries({ model, ...rest }).flatMap(([name, value]) => [
        `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
        String(value),
      ])
      const finished = async (...more: readonly string[]) => {
        const runs = runsFolder()
        const sites = ['--at', 'dense1/activation=gate()', '--no-diagnostics', '--out', runs]
        const { code, stderr } = await runGg(['train', ...settings, ...sites, ...more])
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        const folder = join(runs, readdirSync(runs)[0] ?? '')
        const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n')
        return {
          metrics: lines.map((line) => ({ ...JSON.parse(line), seconds: 0, imagesPerSecond: 0 })),
          learned: learned({ checkpoints: [newestCheckpoint(folder).checkpoint] }),
        }
      }
      const one = await finished('--accumulate', '4')
      expect(await finished('--workers', '4')).toEqual(one)
      // Sums within a thread come before the sum over threads, so with more parts a thread they round otherwise.
      const several = await finished('--workers', '2', '--accumulate', '2')
      const losses = ({ metrics }: typeof one) => metrics.map(({ trainLoss }) => trainLoss)
      expect(losses(several)).toBeAllClose(losses(one), { rtol: 1e-4 })
    },
  )

  it('compute what one thread computes at once, but for rounding, without batch norm', async () => {
    const plain = { ...config, model: 'mlp(hidden=[8])', optimizer: 'sgd(0.1)', epochs: 1 }
    const [one, two] = [await run(plain), await run({ ...plain, workers: 2 })]
    const weights = ({ checkpoints }: typeof one) =>
      Object.values(checkpoints.at(-1)?.states['params']?.arrays ?? {}).flatMap(({ data }) => [...data])
    expect(weights(two)).toBeAllClose(weights(one), { rtol: 1e-5, atol: 1e-6 })
  })

  it('have sites with states of their own, which a checkpoint keeps', async () => {
    const sites = { ...config, workers: 2, at: 'dense1/output=dropoutGradient(0.5)' }
    const whole = await run(sites)
    const [, middle] = whole.checkpoints
    expect(Object.keys(middle?.states ?? {})).toEqual(
      expect.arrayContaining(['worker0/sites/dense1/output', 'worker1/sites/dense1/output']),
    )
    const rest = await run(sites, middle)
    expect(rest.checkpoints.at(-1)?.states).toEqual(whole.checkpoints.at(-1)?.states)
  })

  it('say what went wrong in them, and leave nothing behind', async () => {
    const module = join(runsFolder(), 'broken.mjs')
    mkdirSync(dirname(module), { recursive: true })
    writeFileSync(module, "export const broken = { init: () => ({}), update: () => { throw new Error('no luck') } }\n")
    const before = memory().numTensors
    const failed = run({ ...config, workers: 2, use: module, at: 'dense1/output=broken' })
    await expect(failed).rejects.toThrow('no luck')
    expect(memory().numTensors).toBe(before)
  })
})

describe('partsOfBatch', () => {
  it('cuts a batch into neighbours of nearly one size, without an image twice or left out', () => {
    const size = 7
    const batch = {
      size,
      shape: [1, 2, 1] as const,
      images: Uint8Array.from({ length: 2 * size }, (_, i) => i),
      labels: Int32Array.from({ length: size }, (_, i) => i),
      indices: Uint32Array.from({ length: size }, (_, i) => 10 * i),
    }
    for (const parts of [1, 2, 3, 7, 9]) {
      const pieces = partsOfBatch(batch, parts)
      expect(pieces.map(({ part }) => part)).toEqual(Array.from({ length: Math.min(parts, size) }, (_, i) => i))
      const sizes = pieces.map(({ images }) => images.size)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2)
      expect(pieces.flatMap(({ images }) => [...images.images])).toEqual([...batch.images])
      expect(pieces.flatMap(({ images }) => [...images.labels])).toEqual([...batch.labels])
      expect(pieces.flatMap(({ images }) => [...images.indices])).toEqual([...batch.indices])
    }
  })
})
