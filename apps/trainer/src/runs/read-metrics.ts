import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MetricsLine } from '../training/metrics.ts'
import type { Position } from '../training/position.ts'

/** The lines of `metrics.jsonl`. A last line that a process could not finish is passed over, a missing file has none. */
export function readMetrics(run: string): readonly MetricsLine[] {
  let text: string
  try {
    text = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as MetricsLine]
    } catch {
      return []
    }
  })
}

/** The lines that a run had written when it had come to `position`, but for those of its end, which will be made again. */
export function upTo(lines: readonly MetricsLine[], { step, epochs }: Position): readonly MetricsLine[] {
  return lines.filter((line) => {
    if (line.kind === 'final' || line.kind === 'test') return false
    return line.kind === 'step' ? line.step <= step : line.epoch <= epochs
  })
}
