import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metrics } from '../training/metrics.ts'
import type { Position } from '../training/position.ts'

/** The lines of `metrics.jsonl`. A last line that a process could not finish is passed over, a missing file has none. */
export function readMetrics(run: string): readonly Metrics[] {
  let text: string
  try {
    text = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Metrics]
    } catch {
      return []
    }
  })
}

/** The lines that a run had written when it had come to `position`. */
export function upTo(lines: readonly Metrics[], { step, epochs }: Position): readonly Metrics[] {
  return lines.filter((line) => (line.kind === 'epoch' ? line.epoch <= epochs : line.step <= step))
}
