import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../data-error.ts'
import { downloadOptions } from '../download-options.ts'
import type { FileSet, OpenFile, OpenSource } from '../file-source.ts'
import { byHand } from '../published.ts'
import { dataFolder } from './data-folder.ts'
import { downloadToFolder } from './download-to-folder.ts'
import { fileChunks } from './file-chunks.ts'

/** Looks for the files of a data set in a folder, and downloads into it what is missing if that is wanted. */
export const openFolder: OpenSource = (set, { dir, download }) => {
  const folder = dataFolder(set.fn, dir, set.folder)
  const options = downloadOptions(set.fn, download)
  return {
    open: async (names) => {
      const first = await openFirst(set, folder, names)
      if (first.file !== undefined) return first.file
      const published = set.files.find(({ name, members }) => names.some((n) => n === name || members?.includes(n)))
      if (options === undefined || published === undefined) throw missing(set, folder, names, first.cause)
      await downloadToFolder(set, published, folder, options)
      const { file, cause } = await openFirst(set, folder, names)
      if (file === undefined) throw missing(set, folder, names, cause)
      return file
    },
  }
}

/** The first of the names that is there, or why the last one is not. */
async function openFirst(
  { fn }: FileSet,
  folder: string,
  names: readonly string[],
): Promise<{ readonly file?: OpenFile; readonly cause?: unknown }> {
  let cause: unknown
  for (const name of names) {
    const path = join(folder, name)
    try {
      const stats = await stat(path)
      if (stats.isFile()) return { file: { path, size: stats.size, chunks: () => readableChunks(fn, path) } }
      const found = stats.isDirectory() ? 'a folder' : 'no ordinary file'
      throw new DataError('UNREADABLE_FILE', `${fn}: \`${path}\` must be a file, got ${found}. Put the file there.`)
    } catch (error) {
      if (!isMissing(error)) throw error instanceof DataError ? error : unreadable(fn, path, error)
      cause = error
    }
  }
  return { cause }
}

async function* readableChunks(fn: string, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* fileChunks(path)
  } catch (error) {
    throw error instanceof DataError ? error : unreadable(fn, path, error)
  }
}

function missing(set: FileSet, folder: string, names: readonly string[], cause: unknown): DataError {
  return new DataError(
    'FILE_NOT_FOUND',
    `${set.fn}: \`dir\` must hold ${names.join(' or ')}, got ${folder} without it. ` +
      `Pass \`download: true\`, or ${byHand(set, folder)}, or name the folder that has the files.`,
    { cause },
  )
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
