import type { RunStatus } from '../runs/run-folder.ts'
import type { TrainEvent } from '../training/train.ts'
import { createPlainReporter } from './plain-reporter.ts'
import { createTerminalReporter } from './terminal-reporter.ts'

/** How a run ended, and what it left where. */
export interface RunEnd {
  readonly kind: 'end'
  readonly status: RunStatus
  /** Why it ended. */
  readonly message?: string
  readonly folder: string
  /** The picture; nothing for a run that ended before it had a number to draw. */
  readonly curves?: string
  /** The page. */
  readonly report?: string
  /** After the last epoch that is complete, or at the end. */
  readonly testAccuracy?: number
  /** The same of the images that are held out, of a run that has not come to its end. */
  readonly validationAccuracy?: number
}

/** Tells whoever gave the command how the run goes. */
export interface Reporter {
  event(event: TrainEvent): void
  /** Ctrl-C was heard; the step under way is being finished. */
  stopping(): void
  end(end: RunEnd): void
}

/** Where a reporter writes: a terminal, a pipe, a file, or a test. */
export interface Output {
  write(text: string): unknown
}

/** Options of `createReporter`. */
export interface ReporterOptions {
  readonly quiet?: boolean
  readonly json?: boolean
}

/** The reporter that the options and the output call for: pictures move on a terminal only. */
export function createReporter({ quiet, json }: ReporterOptions): Reporter {
  const out = process.stdout
  if (json) return createJsonReporter(out)
  if (quiet) return createQuietReporter(out)
  return out.isTTY ? createTerminalReporter(out) : createPlainReporter(out)
}

/** Each event as a line of JSON. */
function createJsonReporter(out: Output): Reporter {
  const write = (event: TrainEvent | RunEnd) => void out.write(`${JSON.stringify(event)}\n`)
  return { event: write, stopping: () => {}, end: write }
}

/** The folder of the run, for a script to go on with, and nothing else. */
function createQuietReporter(out: Output): Reporter {
  return { event: () => {}, stopping: () => {}, end: ({ folder }) => void out.write(`${folder}\n`) }
}
