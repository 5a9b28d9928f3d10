import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../data-error.ts'
import type { OpenFile, OpenSource } from '../file-source.ts'
import { byHand } from '../published.ts'
import { dataFolder } from './data-folder.ts'

/** As long as a few hundred records: long enough to be read fast, short beside the data set. */
const CHUNK = 2 ** 20

/** Looks for the files of a data set in a folder. */
export const openFolder: OpenSource = (set, { dir }) => {
  const folder = dataFolder(set.fn, dir, set.folder)
  const open = async (names: readonly string[]): Promise<OpenFile> => {
    let cause: unknown
    for (const name of names) {
      const path = join(folder, name)
      try {
        return await openPath(set.fn, path)
      } catch (error) {
        cause = error
        if (!isMissing(error)) throw error
      }
    }
    throw new DataError(
      'FILE_NOT_FOUND',
      `${set.fn}: \`dir\` must hold ${names.join(' or ')}, got ${folder} without it. ` +
        `To get it, ${byHand(set)}, or name the folder that has it.`,
      { cause },
    )
  }
  return { open }
}

async function openPath(fn: string, path: string): Promise<OpenFile> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw isMissing(cause) ? cause : unreadable(fn, path, cause)
  })
  if (!stats.isFile()) {
    const found = stats.isDirectory() ? 'a folder' : 'no ordinary file'
    throw new DataError('UNREADABLE_FILE', `${fn}: \`${path}\` must be a file, got ${found}. Put the file there.`)
  }
  return { path, size: stats.size, chunks: () => chunks(fn, path) }
}

async function* chunks(fn: string, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  // One buffer for the whole file: a stream of Node allocates anew for every piece, and leaves them to the collector.
  const buffer = new Uint8Array(CHUNK)
  try {
    const file = await open(path)
    try {
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length)
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw cause instanceof DataError ? cause : unreadable(fn, path, cause)
  }
}

function unreadable(fn: string, path: string, cause: unknown): DataError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new DataError('UNREADABLE_FILE', `${fn}: \`${path}\` must be readable, got: ${reason}.`, { cause })
}

/** Not there, or a folder on the way is not one. */
function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
