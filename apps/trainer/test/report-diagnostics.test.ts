import { parseTrainConfig, type TrainConfigInput, type TrainEvent, train } from '@gg/trainer'
import { memory, scalar } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { SitesLine, TestLine } from '../src/report/report-lines.ts'
import { createRunDiagnostics, type RunDiagnosticsOptions } from '../src/report/run-diagnostics.ts'

const tiny: TrainConfigInput = { limit: 96, batchSize: 40, epochs: 2, at: 'conv*/output=lateralMask()+gate()' }

const run = async (config: TrainConfigInput, stopAfter?: string) => {
  const events: TrainEvent[] = []
  const stop = new AbortController()
  const onProgress = (event: TrainEvent) => {
    events.push(event)
    if (event.kind === stopAfter) stop.abort()
  }
  const result = await train(config, { onProgress, signal: stop.signal })
  const saved = await result.optimizer.save()
  result.dispose()
  return { events, saved, kinds: events.map(({ kind }) => kind).join(' ') }
}

describe('diagnostics of a run', () => {
  it('report after each epoch and at the end, have no effect on what is learned, and leave no tensor', async () => {
    const plain = await run(tiny)
    const before = memory().numTensors
    const looked = await run({ ...tiny, diagnostics: true })
    expect(memory().numTensors).toBe(before)
    expect(plain.kinds).toBe('start step step step epoch step step step epoch')
    expect(looked.kinds).toBe('start step step step epoch sites step step step epoch sites test')
    expect(looked.saved).toEqual(plain.saved)
    const lines = looked.events.filter((event): event is SitesLine => event.kind === 'sites')
    expect(lines.map(({ epoch, step, images }) => [epoch, step, images])).toEqual([
      [1, 3, 96],
      [2, 6, 96],
    ])
    expect(lines[0]?.sites.filter(({ shaped }) => shaped !== undefined).map(({ name }) => name)).toEqual([
      'conv1/output',
      'conv2/output',
    ])
    expect(lines[1]?.sites).not.toEqual(lines[0]?.sites)
    const last = looked.events.at(-1) as TestLine
    const epoch = looked.events.findLast((event) => event.kind === 'epoch')
    const right = last.confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0)
    expect(right / 2000).toBe(epoch?.testAccuracy)
  })

  it('judge no test images of a run that is stopped', async () => {
    const { kinds } = await run({ ...tiny, diagnostics: true }, 'sites')
    expect(kinds).toBe('start step step step epoch sites')
  })

  it('see the same with a step in parts', async () => {
    const [whole, parts] = [
      await run({ ...tiny, diagnostics: true }),
      await run({ ...tiny, diagnostics: true, accumulate: 2 }),
    ]
    const first = ({ events }: typeof whole) => {
      const line = events.find((event) => event.kind === 'sites')
      return line?.sites.map(({ flow }) => flow.meanAbs) ?? []
    }
    expect(first(whole)).toHaveLength(5)
    // The weights have gone apart by rounding in three steps.
    expect(first(parts)).toBeAllClose(first(whole), { rtol: 1e-2 })
  })

  it('do not end a run that they cannot look at, and say so once', async () => {
    const lines: (SitesLine | TestLine)[] = []
    const train = {
      size: 4,
      shape: [2, 2, 1],
      classNames: ['a'],
      labels: new Uint8Array(4),
      images: new Uint8Array(16),
      name: 'x',
    }
    const model = {
      name: 'broken',
      sites: ['dense1/output', 'dense1/activation'],
      applyWithStats: () => {
        throw new Error('out of memory')
      },
    }
    const weight = scalar(1)
    const diagnostics = createRunDiagnostics({
      config: parseTrainConfig({}),
      problem: { model, sites: undefined, normalization: { mean: [0], std: [1] }, labelSmoothing: 0 },
      twin: undefined,
      learner: { weights: { params: { weight }, stats: {} }, evaluated: { params: {}, stats: {} } },
      data: { train, test: train },
      normalization: { mean: [0], std: [1] },
      report: (line: SitesLine | TestLine) => lines.push(line),
    } as unknown as RunDiagnosticsOptions)
    const before = memory().numTensors
    await diagnostics.afterEpoch(1, 10)
    await diagnostics.afterEpoch(2, 20)
    expect(lines).toEqual([{ kind: 'sites', epoch: 1, step: 10, images: 0, sites: [], problem: 'out of memory' }])
    expect(memory().numTensors).toBe(before)
    weight.dispose()
  })
})
