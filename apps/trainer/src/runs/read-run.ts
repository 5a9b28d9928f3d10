import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseTrainConfig, type TrainConfig } from '../config/train-config.ts'
import { TrainingError } from '../training-error.ts'
import type { RunRecord } from './run-folder.ts'

/** What a run's folder says of it. */
export interface RunFiles {
  readonly config: TrainConfig
  readonly record: RunRecord
}

/**
 * Settings and record of a run.
 *
 * @param path - Its folder.
 * @throws TrainingError `RUN_NOT_FOUND` for a folder that is none of a run; `INVALID_CONFIG` for settings of another
 *   version of `gg`.
 */
export function readRun(path: string): RunFiles {
  const config = parseTrainConfig(readJson(path, 'config.json'), (setting) => `${path}/config.json: \`${setting}\``)
  return { config, record: readJson(path, 'run.json') as RunRecord }
}

function readJson(path: string, name: string): unknown {
  try {
    return JSON.parse(readFileSync(join(path, name), 'utf8'))
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
    const why = missing ? `it has no ${name}` : `its ${name} cannot be read`
    throw new TrainingError('RUN_NOT_FOUND', `${path} is not the folder of a run: ${why}.`, { cause })
  }
}
