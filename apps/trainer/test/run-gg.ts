import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The command as it is installed. */
export const GG: string = fileURLToPath(new URL('../bin/gg.mjs', import.meta.url))

/** A run that does not end outlives its test, and takes a core from all others. */
const LIMIT = 55_000

/** What a process left behind. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** What a test may do with a process while it runs. */
export interface RunGgOptions {
  /** On top of an environment without data. */
  readonly env?: { readonly [name: string]: string }
  /** Of Node and V8. */
  readonly flags?: readonly string[]
  /** Where it runs; the folder for temporary files unless given. */
  readonly cwd?: string
  /** Milliseconds after which it is ended, 55,000 unless given. */
  readonly timeout?: number
  /** Called with each piece of standard output. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void
}

/** Runs the built command in a process of its own. */
export function runGg(
  args: readonly string[],
  { env = {}, flags = [], cwd = tmpdir(), timeout = LIMIT, onOutput }: RunGgOptions = {},
): Promise<Ended> {
  const { GG_DATA_DIR: _, DEBUG: __, ...inherited } = process.env
  const child = spawn(process.execPath, [...flags, GG, ...args], {
    env: { ...inherited, ...env },
    cwd,
    timeout,
    killSignal: 'SIGKILL',
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => {
    stdout += data
    onOutput?.(String(data), (signal) => child.kill(signal))
  })
  child.stderr.on('data', (data: Buffer) => {
    stderr += data
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
