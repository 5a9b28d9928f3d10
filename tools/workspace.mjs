// What the root's scripts share. Plain JavaScript on purpose: it runs on a fresh clone, before anything is installed.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

const { packageManager } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'))

/**
 * Runs a program at the root and returns its exit status; its output goes where ours goes.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 */
export function run(program, args, env = {}) {
  const { status, error, signal } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...env },
    shell: process.platform === 'win32',
  })
  if (error) throw error
  return signal ? 1 : (status ?? 1)
}

/**
 * Runs pnpm in the version that package.json names, fetched by npx if need be, so that Node and npm are all one needs.
 * @param {readonly string[]} args
 */
export function pnpm(args) {
  return run('npx', ['--yes', packageManager, ...args])
}

/** Installs what the lock file says; a second time there is nothing to do, and no network is needed. */
export function install() {
  must(pnpm(['install', '--frozen-lockfile', '--prefer-offline']), 'The installation failed; see above.')
}

/** Builds every package; those that have not changed come from the cache. */
export function build() {
  must(pnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only', '--log-prefix=none']), 'The build failed.')
}

/**
 * Ends the program unless a step succeeded.
 * @param {number} status
 * @param {string} message
 */
export function must(status, message) {
  if (status === 0) return
  console.error(message)
  process.exit(status)
}
