import { appendFileSync, mkdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { version_core } from '@tensorflow/tfjs-core'
import type { Metrics } from '../training/metrics.ts'
import type { TrainConfig } from '../config/train-config.ts'
import { version } from '../version.ts'
import { writeAtomically } from './write-atomically.ts'

/** How a run ended. */
export type RunStatus = 'completed' | 'stopped' | 'failed'

/** The folder in which a run leaves what it was and what came of it. */
export interface RunFolder {
  /** The folder. */
  readonly path: string
  /** Adds a line to `metrics.jsonl`. */
  append(metrics: Metrics): void
  /** Draws the curves of all lines so far; returns the path, or nothing if there are no lines. */
  drawCurves(): Promise<string | undefined>
  /** Notes in `run.json` how the run ended. */
  end(status: RunStatus, message?: string): void
}

/**
 * Makes `<root>/<date>-<model>-<data>-<gradient>-<seed>` with `config.json`, the settings; `run.json`, the versions, the
 * machine and how the run ended; `metrics.jsonl`; and later `curves.svg`. A folder that exists is never used again: the
 * next one gets a number. JSON files and the picture are written whole or not at all, metrics line by line.
 *
 * @param root - Made if it is not there.
 * @param config - The settings.
 * @param now - For the name; in UTC.
 */
export function createRunFolder(root: string, config: TrainConfig, now: Date = new Date()): RunFolder {
  const path = makeFolder(root, folderName(config, now))
  const lines: Metrics[] = []
  const run = {
    gg: version,
    tfjs: version_core,
    node: process.version,
    machine: `${cpus()[0]?.model.trim() || process.arch}, ${cpus().length} cores, ${process.platform}`,
    startedAt: now.toISOString(),
  }
  const write = (name: string, value: unknown): void =>
    writeAtomically(join(path, name), `${JSON.stringify(value, undefined, 2)}\n`)
  write('config.json', config)
  write('run.json', { status: 'running', ...run })
  return {
    path,
    append(metrics) {
      lines.push(metrics)
      appendFileSync(join(path, 'metrics.jsonl'), `${JSON.stringify(metrics)}\n`)
    },
    async drawCurves() {
      if (lines.length === 0) return undefined
      // Only now: it takes as long to load as all the rest, and `gg --help` draws nothing.
      const { drawCurves } = await import('./curves.ts')
      const file = join(path, 'curves.svg')
      writeAtomically(file, drawCurves([{ label: config.gradient, metrics: lines }], { title: titleOf(config) }))
      return file
    },
    end(status, message) {
      write('run.json', { status, ...(message && { message }), ...run, endedAt: new Date().toISOString() })
    },
  }
}

function folderName({ model, data, gradient, seed }: TrainConfig, now: Date): string {
  const [date, time = ''] = now.toISOString().split('T')
  return `${date}-${time.slice(0, 8).replaceAll(':', '')}-${model}-${data}-${gradient}-${seed}`
}

function makeFolder(root: string, name: string): string {
  mkdirSync(root, { recursive: true })
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

function titleOf({ model, data, gradient, sites, optimizer, learningRate, seed }: TrainConfig): string {
  const where = sites === null ? '' : ` at ${sites}`
  return `${model} on ${data}, gradient ${gradient}${where}, ${optimizer} ${learningRate}, seed ${seed}`
}
