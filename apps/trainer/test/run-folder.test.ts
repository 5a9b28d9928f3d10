import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRunFolder, type Metrics, parseTrainConfig } from '@gg/trainer'
import { describe, expect, it } from 'vitest'
import { runsFolder } from './runs-folder.ts'

const now = new Date('2031-02-03T04:05:06.789Z')
const step: Metrics = { kind: 'step', epoch: 0.5, step: 3, trainLoss: 2.25, learningRate: 0.1 }
const epoch: Metrics = {
  kind: 'epoch',
  epoch: 1,
  step: 6,
  trainLoss: 2,
  testLoss: 1.5,
  testAccuracy: 0.5,
  learningRate: 0.1,
  imagesPerSecond: 1000,
  seconds: 3,
}
const config = parseTrainConfig({ seed: 7, at: { 'conv1/*': 'lateralMask(sigma=1)+gate', 'conv2/*': 'gate()' } })
const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'))

describe('createRunFolder', () => {
  it('is named after date, model, data, shaping and seed, and never used twice', () => {
    const runs = runsFolder()
    const paths = [1, 2, 3].map(() => createRunFolder(runs, config, now).path)
    const name = '2031-02-03-040506-lenet-glyphs-lateralMask-gate-7'
    expect(paths).toEqual([join(runs, name), join(runs, `${name}-2`), join(runs, `${name}-3`)])
  })

  it('holds settings that give the same run again', () => {
    const { path } = createRunFolder(runsFolder(), config, now)
    expect(parseTrainConfig(json(path, 'config.json'))).toEqual(config)
  })

  it('says what ran where, and how it ended', () => {
    const folder = createRunFolder(runsFolder(), config, now)
    expect(json(folder.path, 'run.json')).toEqual({
      status: 'running',
      gg: expect.stringMatching(/^\d+\.\d+\.\d+/),
      packages: expect.objectContaining({
        '@gg/wasm-kernels': expect.stringMatching(/^\d+\.\d+\.\d+/),
        '@tensorflow/tfjs-core': '4.22.0',
      }),
      node: process.version,
      os: expect.stringContaining(process.arch),
      machine: expect.stringContaining('cores'),
      seed: 7,
      git: expect.stringMatching(/^[0-9a-f]{40}\+?$/),
      startedAt: '2031-02-03T04:05:06.789Z',
    })
    folder.began('CPU, 2 threads')
    folder.end('failed', 'the loss is NaN')
    expect(json(folder.path, 'run.json')).toMatchObject({
      status: 'failed',
      device: 'CPU, 2 threads',
      message: 'the loss is NaN',
      node: process.version,
    })
  })

  it('has a line of JSON for each metric, and the curves of all', async () => {
    const folder = createRunFolder(runsFolder(), config, now)
    expect(await folder.drawCurves()).toBeUndefined()
    folder.append(step)
    folder.append(epoch)
    const lines = readFileSync(join(folder.path, 'metrics.jsonl'), 'utf8').split('\n')
    expect(lines.pop()).toBe('')
    expect(lines.map((line) => JSON.parse(line))).toEqual([step, epoch])
    expect(await folder.drawCurves()).toBe(join(folder.path, 'curves.svg'))
    const files = ['checkpoints', 'config.json', 'curves.svg', 'lock', 'metrics.jsonl', 'run.json']
    expect(readdirSync(folder.path).sort()).toEqual(files)
    folder.close()
    expect(readdirSync(folder.path)).not.toContain('lock')
  })
})
