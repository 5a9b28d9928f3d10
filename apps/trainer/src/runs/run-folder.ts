import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseTrainConfig, type SettingLabel, type TrainConfig } from '../config/train-config.ts'
import { createEventFile } from '../tensorboard/event-file.ts'
import type { TrainingCheckpoint } from '../training/checkpoint.ts'
import type { Metrics, MetricsLine } from '../training/metrics.ts'
import { type Position, uncut } from '../training/position.ts'
import { TrainingError } from '../training-error.ts'
import { type CheckpointStore, createCheckpointStore, newestCheckpoint } from './checkpoint-store.ts'
import { type Environment, environment } from './environment.ts'
import { lockRun } from './lock-run.ts'
import { makeFolders } from './make-folders.ts'
import { readMetrics, upTo } from './read-metrics.ts'
import { readRun } from './read-run.ts'
import { modelOf, runTitle, shapingOf } from './run-title.ts'
import { writeAtomically } from './write-atomically.ts'
import { writing } from './write-failure.ts'

/** How a run ended. */
export type RunStatus = 'completed' | 'stopped' | 'failed'

/** What `run.json` says. */
export interface RunRecord extends Environment {
  readonly status: RunStatus | 'running'
  /** What computes, such as `CPU, 2 threads, kernels relaxed-4x8`; not there before the first step. */
  readonly device?: string
  readonly seed: number
  /** Why it ended. */
  readonly message?: string
  readonly startedAt: string
  readonly endedAt?: string
  /** The most memory that its last process has taken, in bytes. */
  readonly peakMemory?: number
  /** When it was resumed, and from which step. */
  readonly resumed?: readonly {
    readonly at: string
    readonly step: number
    /** The settings that became others. */
    readonly changed?: ResumeChanges
  }[]
}

/** The folder in which a run leaves what it was and what came of it. It is locked until `close`. */
export interface RunFolder {
  /** The folder. */
  readonly path: string
  /** Where checkpoints go. */
  readonly checkpoints: CheckpointStore
  /** Notes in `run.json` what computes. */
  began(device: string): void
  /** Adds a line to `metrics.jsonl`. */
  append(line: MetricsLine): void
  /** Draws the curves of all lines so far; returns the path, or nothing if there are no lines. */
  drawCurves(): Promise<string | undefined>
  /** Notes in `run.json` how the run ended. */
  end(status: RunStatus, message?: string): void
  /** Lets other processes have the folder. */
  close(): void
}

/** Settings that may be others when a run goes on: how long, where, and what computes. */
export type ResumeChanges = Partial<
  Pick<
    TrainConfig,
    'epochs' | 'steps' | 'patience' | 'dataDir' | 'backend' | 'threads' | 'evalBatchSize' | 'keep' | 'checkpointEvery'
  >
>

/** A run that can go on. */
export interface ResumedRun {
  readonly folder: RunFolder
  readonly config: TrainConfig
  readonly checkpoint: TrainingCheckpoint
  /** What is wrong with newer checkpoints, a sentence each. */
  readonly damaged: readonly string[]
}

/**
 * Makes `<root>/<date>-<model>-<data>-<shaping>-<seed>` with `config.json`, the settings; `run.json`, the versions, the
 * machine and how the run ended; `metrics.jsonl`; `checkpoints/`; and later `curves.svg`. A folder that exists is never
 * used again: the next one gets a number. JSON files, checkpoints and the picture are written whole or not at all, metrics
 * line by line.
 *
 * @param root - Made if it is not there.
 * @param config - The settings.
 * @param now - For the name; in UTC.
 * @throws TrainingError `WRITE_FAILED`
 */
export function createRunFolder(root: string, config: TrainConfig, now: Date = new Date()): RunFolder {
  const path = writing(`a folder in ${root}`, 'Choose another one with --out.', () =>
    makeFolder(root, folderName(config, now)),
  )
  const unlock = lockRun(path)
  try {
    writeJson(path, 'config.json', config)
    return open(
      path,
      config,
      { status: 'running', ...environment(), seed: config.seed, startedAt: now.toISOString() },
      [],
      unlock,
    )
  } catch (error) {
    unlock()
    throw error
  }
}

/**
 * Opens the folder of a run that was stopped, by a signal, a failure or the end of its process, to go on from its newest
 * checkpoint that is whole. Lines of metrics that are newer than that are removed: they will be made again.
 *
 * @param path - The folder.
 * @param changes - Settings that are to be others from here on; they become those of the run.
 * @param label - How settings are called in messages.
 * @throws TrainingError `RUN_NOT_FOUND`, `RUN_IN_USE`, `CHECKPOINT_DAMAGED`, `WRITE_FAILED`; `INVALID_CONFIG` for a change out
 *   of its range, and for a length that the run has behind it.
 */
export function resumeRunFolder(
  path: string,
  changes: ResumeChanges = {},
  label: SettingLabel = (setting) => `\`${setting}\``,
): ResumedRun {
  // Before the lock, so that nothing is written into a folder that is none of a run.
  const { config: before, record } = readRun(path)
  const config = parseTrainConfig({ ...before, ...changes }, label)
  const changed = (Object.keys(changes) as (keyof ResumeChanges)[]).filter((name) => config[name] !== before[name])
  const longer = 'epochs' in changes || 'steps' in changes
  const unlock = lockRun(path)
  try {
    const { checkpoint: newest, damaged } = newestCheckpoint(path)
    const checkpoint = longer ? { ...newest, position: uncut(newest.position) } : newest
    if (longer) refuseShorter(config, checkpoint.position, label)
    const lines = upTo(readMetrics(path), checkpoint.position)
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    writing(`${path}/metrics.jsonl`, 'Nothing is lost.', () => writeAtomically(join(path, 'metrics.jsonl'), text))
    const { endedAt: _, message: __, resumed = [], ...rest } = record
    const now = Object.fromEntries(changed.map((name) => [name, config[name]])) as ResumeChanges
    const again = {
      at: new Date().toISOString(),
      step: checkpoint.position.step,
      ...(changed.length > 0 && { changed: now }),
    }
    if (changed.length > 0) writeJson(path, 'config.json', config)
    const running = { ...rest, ...environment(), status: 'running', resumed: [...resumed, again] } as const
    return { folder: open(path, config, running, lines, unlock), config, checkpoint, damaged }
  } catch (error) {
    unlock()
    throw error
  }
}

function refuseShorter({ epochs, steps }: TrainConfig, at: Position, label: SettingLabel): void {
  const [setting, wanted, done] =
    steps === null ? (['epochs', epochs ?? 0, at.epochs] as const) : (['steps', steps, at.step] as const)
  if (wanted > done) return
  throw new TrainingError(
    'INVALID_CONFIG',
    `${label(setting)} must be more than the ${done} ${setting} that the run has behind it, got ${wanted}.`,
  )
}

function open(
  path: string,
  config: TrainConfig,
  record: RunRecord,
  before: readonly MetricsLine[],
  unlock: () => void,
): RunFolder {
  const lines = before.filter(isDrawn)
  let noted = record
  const events = config.tensorboard
    ? writing(`${path}/events.out.tfevents.*`, 'Nothing is lost.', () => createEventFile(path, before))
    : undefined
  const checkpoints = createCheckpointStore(path, config.keep)
  writeJson(path, 'run.json', record)
  return {
    path,
    checkpoints,
    began(device) {
      noted = { ...noted, device }
      writeJson(path, 'run.json', noted)
    },
    append(line) {
      if (isDrawn(line)) lines.push(line)
      const file = join(path, 'metrics.jsonl')
      writing(file, `Make room, then go on with: gg resume ${path}`, () =>
        appendFileSync(file, `${JSON.stringify(line)}\n`),
      )
      if (events !== undefined) writing(events.path, 'The metrics are there.', () => events.append(line))
    },
    async drawCurves() {
      if (lines.length === 0) return undefined
      // Only now: it takes as long to load as all the rest, and `gg --help` draws nothing.
      const { drawCurves } = await import('./curves.ts')
      const file = join(path, 'curves.svg')
      const svg = drawCurves([{ label: shapingOf(config), metrics: lines }], { title: runTitle(config) })
      writing(file, 'All else is there.', () => writeAtomically(file, svg))
      return file
    },
    end(status, message) {
      const endedAt = new Date().toISOString()
      const peakMemory = 1024 * process.resourceUsage().maxRSS
      const how = { status, ...(message !== undefined && { message }), endedAt, peakMemory }
      writeJson(path, 'run.json', { ...noted, ...how })
    },
    close: unlock,
  }
}

function isDrawn(line: MetricsLine): line is Metrics {
  return line.kind === 'step' || line.kind === 'epoch'
}

function writeJson(path: string, name: string, value: unknown): void {
  writing(join(path, name), 'Make room, or choose another folder with --out.', () =>
    writeAtomically(join(path, name), `${JSON.stringify(value, undefined, 2)}\n`),
  )
}

function folderName(config: TrainConfig, now: Date): string {
  const [date, time = ''] = now.toISOString().split('T')
  const { data, seed } = config
  return `${date}-${time.slice(0, 8).replaceAll(':', '')}-${modelOf(config)}-${data}-${shapingOf(config)}-${seed}`
}

function makeFolder(root: string, name: string): string {
  makeFolders(root)
  for (let n = 1; ; n++) {
    const path = join(root, n === 1 ? name : `${name}-${n}`)
    try {
      mkdirSync(path)
      return path
    } catch (error) {
      // Two runs may begin within one second: whoever makes the folder has it.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}
