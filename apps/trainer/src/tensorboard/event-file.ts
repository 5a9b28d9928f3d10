import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { MetricsLine } from '../training/metrics.ts'
import { encodeEvent, versionEvent } from './event.ts'
import { valuesOf } from './event-of-line.ts'
import { record } from './record.ts'

/** A file that TensorBoard reads, while it grows or later. */
export interface EventFile {
  readonly path: string
  /** Adds what there is to say of a line. */
  append(line: MetricsLine): void
}

/**
 * Begins the event file of a run, with what its metrics say so far; files of earlier parts of the run are removed, so that
 * steps that are made again are not there twice.
 *
 * @param folder - The run's; with `tensorboard --logdir` on the folder above it, runs have the names of their folders.
 * @param before - Lines of a run that is resumed.
 */
export function createEventFile(folder: string, before: readonly MetricsLine[] = []): EventFile {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('events.out.tfevents.')) rmSync(join(folder, name))
  }
  const now = (): number => Date.now() / 1000
  const path = join(folder, `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}.gg`)
  writeFileSync(path, record(versionEvent(now())))
  const file: EventFile = {
    path,
    append(line) {
      const values = valuesOf(line)
      if (values.length > 0) appendFileSync(path, record(encodeEvent({ wallTime: now(), step: line.step, values })))
    },
  }
  for (const line of before) file.append(line)
  return file
}
