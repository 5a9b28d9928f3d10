import { join } from 'node:path'
import { env } from 'node:process'
import envPaths from 'env-paths'
import { DataError } from '../data-error.ts'

/**
 * The folder given, or else the data set's own under `GG_DATA_DIR`, or else under the cache folder of the platform:
 * `$XDG_CACHE_HOME/gg-data` or `~/.cache/gg-data`, `~/Library/Caches/gg-data`, `%LOCALAPPDATA%\gg-data\Cache`.
 */
export function dataFolder(fn: string, dir: string | undefined, name: string): string {
  if (dir === undefined) return join(env['GG_DATA_DIR'] || envPaths('gg-data', { suffix: '' }).cache, name)
  if (typeof dir === 'string' && dir !== '') return dir
  const found = dir === '' ? 'an empty string' : String(dir)
  throw new DataError(
    'INVALID_ARGUMENT',
    `${fn}: \`dir\` must be a folder, got ${found}. Name the folder of the files, or leave it out.`,
  )
}
