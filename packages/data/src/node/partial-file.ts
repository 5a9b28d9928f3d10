import { createHash } from 'node:crypto'
import { appendFile, rm, stat } from 'node:fs/promises'
import type { PartialFile } from '../download.ts'
import { fileChunks } from './file-chunks.ts'

/** What has arrived of a file, on disk, so that the next attempt goes on where this one stopped, even after a crash. */
export function partialFile(path: string): PartialFile {
  return {
    length: async () => {
      try {
        return (await stat(path)).size
      } catch {
        return 0
      }
    },
    append: (chunk) => appendFile(path, chunk),
    clear: () => rm(path, { force: true }),
    sha256: async () => {
      const hash = createHash('sha256')
      for await (const chunk of fileChunks(path)) hash.update(chunk)
      return hash.digest('hex')
    },
  }
}
