import type { PartialFile } from '../download.ts'

/** What has arrived of a file, in memory. */
export interface MemoryFile extends PartialFile {
  /** All that is there, in one array. */
  readonly bytes: () => Uint8Array<ArrayBuffer>
}

/** A file in memory that grows. */
export function memoryFile(): MemoryFile {
  let pieces: Uint8Array[] = []
  const bytes = (): Uint8Array<ArrayBuffer> => {
    const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const piece of pieces) {
      all.set(piece, at)
      at += piece.length
    }
    pieces = [all]
    return all
  }
  return {
    bytes,
    length: async () => pieces.reduce((sum, { length }) => sum + length, 0),
    append: async (chunk) => {
      pieces.push(chunk.slice())
    },
    clear: async () => {
      pieces = []
    },
    sha256: async () => {
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes()))
      return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
    },
  }
}
