import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PbfReader } from 'pbf'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SitesLine } from '../src/report/report-lines.ts'
import { crc32c, maskedCrc32c } from '../src/tensorboard/crc32c.ts'
import { createEventFile } from '../src/tensorboard/event-file.ts'
import { record } from '../src/tensorboard/record.ts'
import type { MetricsLine } from '../src/training/metrics.ts'
import { runInProcess } from './report-run-in-process.ts'
import { runsFolder } from './runs-folder.ts'

const READER = fileURLToPath(new URL('tensorboard-read-events.py', import.meta.url))
/** A Python that has TensorBoard. */
const python = [process.env['TENSORBOARD_PYTHON'] ?? '', '/opt/tb/bin/python', 'python3'].find((path) => {
  try {
    execFileSync(path, ['-c', 'import tensorboard'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})

const step = (n: number, trainLoss: number): MetricsLine => ({
  kind: 'step',
  epoch: n / 10,
  step: n,
  trainLoss,
  learningRate: n === 1 ? null : 0.125,
})
const epoch: MetricsLine = {
  kind: 'epoch',
  epoch: 1,
  step: 300,
  trainLoss: 1.5,
  testLoss: 0.75,
  testAccuracy: 0.625,
  learningRate: 0.125,
  imagesPerSecond: 1024,
  seconds: 2,
}
const sites: SitesLine = {
  kind: 'sites',
  epoch: 1,
  step: 300,
  images: 4,
  sites: [
    {
      name: 'conv1/output',
      net: true,
      flow: { meanAbs: 0.5, rms: 0.75, norm: 4, kept: 0.25 },
      shaped: { meanAbs: 0.25, rms: 0.375, norm: 2, kept: 0.125 },
      saturated: 0.5,
      negative: 0.375,
      histogram: { range: [-1, 1], fractions: [0.25, 0, 0.5, 0], below: 0.125, above: 0.125, nan: 0, count: 8 },
    },
  ],
}
const lines: readonly MetricsLine[] = [step(1, 2.5), step(300, 1.25), epoch, sites]

let folder = ''
beforeEach(() => {
  folder = runsFolder()
  mkdirSync(folder, { recursive: true })
})

describe('event files', () => {
  it.each([
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(255), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    [new TextEncoder().encode('123456789'), 0xe3069283],
  ])('have the checksums of RFC 3720, %#', (bytes, expected) => expect(crc32c(bytes)).toBe(expected))

  it('are made of records that frame their bytes', () => {
    const bytes = new TextEncoder().encode('brain.Event:2')
    const framed = record(bytes)
    const view = new DataView(framed.buffer)
    expect(view.getBigUint64(0, true)).toBe(13n)
    expect(view.getUint32(8, true)).toBe(maskedCrc32c(framed.subarray(0, 8)))
    expect(framed.subarray(12, 25)).toEqual(bytes)
    expect(view.getUint32(25, true)).toBe(maskedCrc32c(bytes))
    expect(framed).toHaveLength(29)
  })

  it('begin with their version', () => {
    const { path } = createEventFile(folder)
    const bytes = readFileSync(path)
    const fields = new PbfReader(bytes.subarray(12, 12 + bytes[0]!)).readFields(
      (tag, into: Record<number, unknown>, pbf) => {
        if (tag === 1) into[1] = pbf.readDouble()
        if (tag === 3) into[3] = pbf.readString()
      },
      {},
    )
    expect(fields[3]).toBe('brain.Event:2')
    expect(Number(fields[1])).toBeCloseTo(Date.now() / 1000, -2)
    expect(path).toMatch(/events\.out\.tfevents\.\d+\./)
  })

  it('take the place of those of the part of a run before', () => {
    writeFileSync(join(folder, 'events.out.tfevents.1.host.2.gg'), 'old')
    createEventFile(folder, lines)
    expect(readdirSync(folder)).toHaveLength(1)
  })
})

const without = python === undefined
const reason = ': skipped, pip install tensorboard or set TENSORBOARD_PYTHON'
describe.skipIf(without)(`TensorBoard itself${without ? reason : ''}`, () => {
  const read = () =>
    JSON.parse(execFileSync(python ?? '', [READER, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))

  it('reads numbers and histograms, by name and step', () => {
    const file = createEventFile(folder)
    for (const line of lines) file.append(line)
    const { scalars, histograms, times } = read()
    expect(scalars).toEqual({
      'loss/training': [
        [1, 2.5],
        [300, 1.25],
      ],
      // A rate that is not known is left out.
      'learning rate': [[300, 0.125]],
      'loss/training (epoch)': [[300, 1.5]],
      'loss/test': [[300, 0.75]],
      'accuracy/test': [[300, 0.625]],
      'images per second': [[300, 1024]],
      'gradient (mean absolute)/conv1/output': [[300, 0.5]],
      'gradient (root mean square)/conv1/output': [[300, 0.75]],
      'gradient (part that is not 0)/conv1/output': [[300, 0.25]],
      'shaped gradient (mean absolute)/conv1/output': [[300, 0.25]],
      'shaped gradient (root mean square)/conv1/output': [[300, 0.375]],
      'shaped gradient (part that is not 0)/conv1/output': [[300, 0.125]],
      'below 0/conv1/output': [[300, 0.375]],
      '2 or more from 0/conv1/output': [[300, 0.5]],
    })
    const counts = [1, 2, 0, 4, 0, 1]
    const middles = [-1.25, -0.75, -0.25, 0.25, 0.75, 1.25]
    const weighted = (of: (x: number) => number) => counts.reduce((sum, n, i) => sum + n * of(middles[i]!), 0)
    expect(histograms).toEqual({
      'feature maps/conv1/output': [
        {
          step: 300,
          min: -1.5,
          max: 1.5,
          num: 8,
          sum: weighted((x) => x),
          sumOfSquares: weighted((x) => x * x),
          limits: [-1, -0.5, 0, 0.5, 1, 1.5],
          counts,
        },
      ],
    })
    expect(times[0]).toBeCloseTo(Date.now() / 1000, -2)
  })

  it('passes over a last record that a process could not finish', () => {
    const file = createEventFile(folder)
    file.append(step(1, 2.5))
    const whole = readFileSync(file.path).length
    file.append(step(2, 2))
    truncateSync(file.path, whole + 20)
    expect(read().scalars['loss/training']).toEqual([[1, 2.5]])
  })

  it('finds nothing behind a byte that is damaged', () => {
    const file = createEventFile(folder)
    file.append(step(1, 2.5))
    const bytes = readFileSync(file.path)
    file.append(step(2, 2))
    const all = readFileSync(file.path)
    all[bytes.length + 16]! ^= 1
    writeFileSync(file.path, all)
    expect(read().scalars['loss/training']).toEqual([[1, 2.5]])
  })

  it('reads the file of gg train --tensorboard, which says what the metrics say', async () => {
    const args = [
      '--model',
      'mlp',
      '--limit',
      '96',
      '--epochs',
      '2',
      '--batch-size',
      '40',
      '--at',
      'dense1/output=gate()',
    ]
    const { code } = await runInProcess('train', ...args, '--tensorboard', '--quiet', '--out', folder)
    expect(code).toBe(0)
    const run = join(folder, readdirSync(folder)[0] ?? '')
    const metrics: readonly MetricsLine[] = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    folder = run
    const { scalars, histograms } = read()
    const losses = metrics.flatMap((line) => (line.kind === 'step' ? [[line.step, Math.fround(line.trainLoss)]] : []))
    expect(scalars['loss/training']).toEqual(losses)
    const accuracies = metrics.flatMap((line) =>
      line.kind === 'epoch' ? [[line.step, Math.fround(line.testAccuracy ?? Number.NaN)]] : [],
    )
    expect(scalars['accuracy/test']).toEqual(accuracies)
    expect(scalars['shaped gradient (mean absolute)/dense1/output']).toHaveLength(2)
    expect(histograms['feature maps/dense1/output']).toHaveLength(2)
  })
})
