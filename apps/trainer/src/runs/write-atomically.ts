import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file so that a reader sees all of it or what was there before, also if the process dies on the way or the
 * power goes: a draft beside it, flushed to the disk, which then takes the file's name, and the folder flushed too.
 * If it fails, the draft is gone and the file is as it was.
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const draft = `${path}.${process.pid}${DRAFT}`
  try {
    const file = openSync(draft, 'w')
    try {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      // A disk that is nearly full takes a part.
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

/** What the names of drafts end with. */
export const DRAFT = '.tmp'

/** Flushes the names in a folder, on systems that can. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
