import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { cpus, release, totalmem } from 'node:os'
import packageJson from '../../package.json' with { type: 'json' }
import { version } from '../version.ts'

/** On what a run was made. */
export interface Environment {
  /** Version of this package. */
  readonly gg: string
  /** Versions of the packages that compute, those of tfjs among them, by name. */
  readonly packages: { readonly [name: string]: string }
  readonly node: string
  /** Name and version of the system's kernel, and the kind of processor. */
  readonly os: string
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
    packages: packageVersions(),
    node: process.version,
    os: `${process.platform} ${release()} ${process.arch}`,
    machine: `${cpus()[0]?.model.trim() || process.arch}, ${cpus().length} cores, ${gigabytes} GiB`,
    ...(git !== undefined && { git }),
  }
}

function packageVersions(): Environment['packages'] {
  const require = createRequire(import.meta.url)
  const names = Object.keys(packageJson.dependencies).filter((name) => /^@(?:gg|tensorflow)\//.test(name))
  return Object.fromEntries(
    names.map((name) => [name, (require(`${name}/package.json`) as { readonly version: string }).version]),
  )
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
