import { createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { DataError } from '../data-error.ts'
import { download, throwIfAborted } from '../download.ts'
import type { CheckedDownloadOptions } from '../download-options.ts'
import { extractMembers } from '../extract-members.ts'
import type { FileSet, PublishedFile } from '../file-source.ts'
import { byHand } from '../published.ts'
import { fileChunks } from './file-chunks.ts'
import { partialFile } from './partial-file.ts'
import { withLock } from './with-lock.ts'

/**
 * Downloads one of the published files of a set into a folder, and unpacks it if it is an archive. Nobody ever sees a file
 * under its own name that is not whole: it grows as `.part`, is verified, and then renamed.
 *
 * @throws `DOWNLOAD_FAILED`, `ABORTED`, `UNWRITABLE_FOLDER`, `CORRUPT_FILE`
 */
export async function downloadToFolder(
  set: FileSet,
  file: PublishedFile,
  folder: string,
  options: CheckedDownloadOptions,
): Promise<void> {
  const part = join(folder, `${file.name}.part`)
  const results = (file.members ?? [file.name]).map((name) => join(folder, name))
  const advice = `Without a network, ${byHand(set, folder)} by way of another machine.`
  try {
    await mkdir(folder, { recursive: true })
    const checkpoint = () => throwIfAborted(set.fn, file, options.signal)
    await withLock(join(folder, `${file.name}.lock`), checkpoint, async () => {
      if (await allThere(results)) return // while this process waited
      await download(set.fn, file, partialFile(part), options, advice)
      if (file.members === undefined) {
        await settle(part, join(folder, file.name))
        return
      }
      await extractMembers(`${set.fn}: \`${part}\``, fileChunks(part), file.members, async (member, chunks) => {
        const path = join(folder, member)
        await mkdir(dirname(path), { recursive: true })
        await pipeline(chunks, createWriteStream(`${path}.part`))
        await settle(`${path}.part`, path)
      })
      await rm(part)
    })
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    const reason = cause.message
    throw new DataError(
      'UNWRITABLE_FOLDER',
      `${set.fn}: \`dir\` must be a folder to write into, got ${folder} with: ${reason}. Name another folder.`,
      { cause },
    )
  }
}

/** Under its own name at once and whole, also if the power fails in between. */
async function settle(part: string, path: string): Promise<void> {
  const file = await open(part, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
}

async function allThere(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)))
  return found.every((stats) => stats?.isFile() === true)
}
