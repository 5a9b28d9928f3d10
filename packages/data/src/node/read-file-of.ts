import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../data-error.ts'

/** A file's bytes, and where they were found. */
export interface FoundFile {
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * Reads the first of `names` that is in the folder.
 *
 * @throws `FILE_NOT_FOUND` with all names and the advice; `UNREADABLE_FILE` if there is one and it cannot be read
 */
export async function readFileOf(
  fn: string,
  folder: string,
  names: readonly string[],
  advice: string,
): Promise<FoundFile> {
  let cause: unknown
  for (const name of names) {
    const path = join(folder, name)
    try {
      return { path, bytes: await readFile(path) }
    } catch (error) {
      cause = error
      if (isMissing(error)) continue
      const reason = error instanceof Error ? error.message : String(error)
      throw new DataError('UNREADABLE_FILE', `${fn}: \`${path}\` must be readable, got: ${reason}.`, { cause })
    }
  }
  throw new DataError(
    'FILE_NOT_FOUND',
    `${fn}: \`dir\` must hold ${names.join(' or ')}, got ${folder} without it. ${advice}`,
    { cause },
  )
}

/** Not there, or a folder on the way is not one. */
function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
