import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { version_core } from '@tensorflow/tfjs-core'
import { version } from '../version.ts'

/** On what a run was made. */
export interface Environment {
  /** Version of this package. */
  readonly gg: string
  readonly tfjs: string
  readonly node: string
  readonly machine: string
  /** The commit of the working folder, with `+` behind it if files differ from it; absent outside a repository. */
  readonly git?: string
}

/** Versions, machine and state of the working folder. */
export function environment(): Environment {
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  const git = gitState()
  return {
    gg: version,
    tfjs: version_core,
    node: process.version,
    machine: `${cpus()[0]?.model.trim() || process.arch}, ${cpus().length} cores, ${gigabytes} GiB, ${process.platform}`,
    ...(git !== undefined && { git }),
  }
}

function gitState(): string | undefined {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5000 }).trim()
  try {
    return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`
  } catch {
    // No git, or no repository.
    return undefined
  }
}
