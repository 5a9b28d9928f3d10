import { join } from 'node:path'
import { env } from 'node:process'
import { DataError } from '../data-error.ts'

/** The folder given, or else the data set's own under `GG_DATA_DIR`. */
export function dataFolder(fn: string, dir: string | undefined, name: string): string {
  if (typeof dir === 'string' && dir !== '') return dir
  const root = env['GG_DATA_DIR']
  if (dir === undefined && root) return join(root, name)
  throw new DataError(
    'INVALID_ARGUMENT',
    `${fn}: \`dir\` must be a folder, got ${dir === '' ? 'an empty string' : String(dir)}. ` +
      `Name the folder of the files, or set GG_DATA_DIR to the folder above ${name}/.`,
  )
}
