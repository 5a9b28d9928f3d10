import { DataError } from './data-error.ts'
import type { OpenFile } from './file-source.ts'

/**
 * A whole file in memory.
 *
 * @throws `CORRUPT_FILE` if it turns out shorter or longer than it was when it was opened
 */
export async function readAll(fn: string, file: OpenFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(file.size)
  let length = 0
  for await (const chunk of file.chunks()) {
    if (length + chunk.length > bytes.length) throw changedWhileRead(fn, file, 'more')
    bytes.set(chunk, length)
    length += chunk.length
  }
  if (length < bytes.length) throw changedWhileRead(fn, file, `${length}`)
  return bytes
}

/** The error for a file that is no longer as long as it was a moment ago. */
export function changedWhileRead(fn: string, file: OpenFile, found: string): DataError {
  return new DataError(
    'CORRUPT_FILE',
    `${fn}: \`${file.path}\` must stay ${file.size} bytes long while it is read, got ${found}. ` +
      'See that nothing else writes to it, then read it again.',
  )
}
