import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A run that never was. */
export interface MadeUpRun {
  readonly config?: { readonly [setting: string]: unknown }
  readonly seed?: number
  readonly status?: string
  /** Test accuracies of its epochs. */
  readonly accuracies?: readonly number[]
  /** Lines of the metrics besides. */
  readonly lines?: readonly object[]
}

/** Writes the folder of a run that never was, and returns its path. */
export function writeRun(root: string, name: string, run: MadeUpRun): string {
  const { config = {}, seed = 0, status = 'completed', accuracies = [0.5, 0.9], lines = [] } = run
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  const all = { model: 'lenet', data: 'glyphs', gradient: 'gate', sites: 'conv*/output', ...config, seed }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(all))
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ status, gg: '0.0.0', node: 'v20', machine: 'here' }))
  const metrics = accuracies.flatMap((testAccuracy, i) => {
    const at = { epoch: i + 1, step: 10 * (i + 1), trainLoss: 1 / (i + 1 + seed), learningRate: 0.1 }
    return [
      { kind: 'step', ...at },
      { kind: 'epoch', ...at, testLoss: 1 - testAccuracy, testAccuracy, imagesPerSecond: 1000 + seed, seconds: i + 1 },
    ]
  })
  const text = [...metrics, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')
  writeFileSync(join(folder, 'metrics.jsonl'), text)
  return folder
}
