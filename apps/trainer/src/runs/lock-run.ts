import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { TrainingError } from '../training-error.ts'
import { writing } from './write-failure.ts'

/** Who works on a run. */
interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process began, in the system's own words: a number may be given to another process later. */
  readonly began: string | null
}

/**
 * Makes this process the only one that works on a run, until the function that is returned is called. The lock of a
 * process that is no more is taken over.
 *
 * @param run - The folder of the run.
 * @throws TrainingError `RUN_IN_USE`, naming the process; `WRITE_FAILED`.
 */
export function lockRun(run: string): () => void {
  const path = join(run, 'lock')
  const owner: Owner = { pid: process.pid, host: hostname(), began: beginningOf(process.pid) }
  const draft = `${path}.${process.pid}.tmp`
  return writing(`the lock of ${run}`, 'A run is written to while it goes on.', () => {
    try {
      writeFileSync(draft, `${JSON.stringify(owner)}\n`)
      // Twice at most: whoever removes a dead process's lock at the same time may be faster.
      for (let attempt = 0; ; attempt++) {
        if (linked(draft, path)) return () => release(path, owner)
        const other = readOwner(path)
        if (other !== undefined && (isAlive(other) || attempt > 1)) throw inUse(run, other, path)
        if (other !== undefined) removeStale(path, other)
      }
    } finally {
      rmSync(draft, { force: true })
    }
  })
}

/** Gives the draft the name of the lock, with all that is in it, unless there is one. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Removes the lock of a dead process, and not one that another process has made in its place by now. */
function removeStale(path: string, dead: Owner): void {
  const aside = `${path}.${process.pid}.stale.tmp`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  const moved = readOwner(aside)
  if (moved?.pid !== dead.pid || moved.began !== dead.began) linked(aside, path)
  rmSync(aside, { force: true })
}

function release(path: string, { pid, began }: Owner): void {
  const now = readOwner(path)
  if (now?.pid === pid && now.began === began) rmSync(path, { force: true })
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner
  } catch {
    // Gone, or no lock of ours.
    return undefined
  }
}

function isAlive({ pid, host, began }: Owner): boolean {
  // Of another machine nothing can be known from here.
  if (host !== hostname()) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
  const now = beginningOf(pid)
  return began === null || now === null || now === began
}

/** When a process began, where the system says so in a file; `null` elsewhere. */
function beginningOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is a name in brackets that may hold anything; the 22nd is the time, the 20th behind the brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

function inUse(run: string, { pid, host }: Owner, path: string): TrainingError {
  const where = host === hostname() ? '' : ` on ${host}`
  return new TrainingError(
    'RUN_IN_USE',
    `The process ${pid}${where} is at work on ${run}. Wait for it or end it; if it is no more, remove ${path}.`,
  )
}
