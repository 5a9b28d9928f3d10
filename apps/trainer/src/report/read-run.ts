import { readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import type { EpochMetrics, FinalMetrics, StepMetrics } from '../training/metrics.ts'
import { TrainingError } from '../training-error.ts'

/** Settings or facts by name, as they stand in a file. */
export type JsonRecord = { readonly [name: string]: unknown }

/** What the folder of a run says. */
export interface RunRecord {
  /** The folder, as it was given. */
  readonly folder: string
  /** The folder's own name. */
  readonly name: string
  /** `config.json`. */
  readonly config: JsonRecord
  /** `run.json`: versions, machine, times. */
  readonly run: JsonRecord
  /** How the run ended; `running` for one that goes on or was killed. */
  readonly status: string
  readonly steps: readonly StepMetrics[]
  readonly epochs: readonly EpochMetrics[]
  /** The look at the test images at the end of a run that holds images out. */
  readonly final: FinalMetrics | undefined
  /** All lines of `metrics.jsonl`, those among them that this version does not know. */
  readonly lines: readonly JsonRecord[]
}

// Only what is drawn and compared: a later version may say more, an earlier one less.
const count = z.number()
const number = z.number().catch(Number.NaN)
const rate = z.number().nullable().catch(null)
const step = z.looseObject({
  kind: z.literal('step'),
  epoch: count,
  step: count,
  trainLoss: number,
  learningRate: rate,
})
const epoch = z.looseObject({
  kind: z.literal('epoch'),
  epoch: count,
  step: count,
  trainLoss: number,
  testLoss: number.exactOptional(),
  testAccuracy: number.exactOptional(),
  validationLoss: number.exactOptional(),
  validationAccuracy: number.exactOptional(),
  learningRate: rate,
  imagesPerSecond: number,
  seconds: number,
})
const final = z.looseObject({
  kind: z.literal('final'),
  epoch: count,
  step: count,
  testLoss: number,
  testAccuracy: number,
})

/**
 * Reads the folder of a run: its settings, how it ended, and its metrics. The last line of the metrics may be half a line,
 * which is what a process leaves that was killed while it wrote.
 *
 * @throws TrainingError `RUN_NOT_FOUND` where the folder is no run, `RUN_UNREADABLE` where a file in it is damaged.
 */
export function readRun(folder: string): RunRecord {
  const config = readJson(folder, 'config.json')
  const run = readJson(folder, 'run.json')
  const lines = readLines(folder)
  return {
    folder,
    name: basename(resolve(folder)),
    config,
    run,
    status: String(run['status']),
    steps: parsed(lines, step),
    epochs: parsed(lines, epoch),
    final: parsed(lines, final).at(-1),
    lines,
  }
}

function parsed<T>(lines: readonly JsonRecord[], schema: z.ZodType<T>): readonly T[] {
  return lines.flatMap((line) => {
    const { success, data } = schema.safeParse(line)
    return success ? [data] : []
  })
}

function readJson(folder: string, file: string): JsonRecord {
  const text = readText(folder, file)
  try {
    return record(JSON.parse(text))
  } catch (cause) {
    throw unreadable(`${join(folder, file)} is damaged: it holds no JSON record.`, cause)
  }
}

function readLines(folder: string): readonly JsonRecord[] {
  const lines = readText(folder, 'metrics.jsonl', '').split('\n')
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      return [record(JSON.parse(line))]
    } catch (cause) {
      if (i === lines.length - 1) return []
      throw unreadable(`${join(folder, 'metrics.jsonl')} is damaged: line ${i + 1} holds no JSON record.`, cause)
    }
  })
}

function readText(folder: string, file: string, instead?: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8')
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
    if (missing && instead !== undefined) return instead
    if (missing) {
      throw new TrainingError('RUN_NOT_FOUND', `${folder} is not the folder of a run: it has no ${file}.`, { cause })
    }
    throw cause
  }
}

function record(value: unknown): JsonRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not a record')
  return value as JsonRecord
}

function unreadable(message: string, cause: unknown): TrainingError {
  return new TrainingError('RUN_UNREADABLE', message, { cause })
}
