import { createTarDecoder } from 'modern-tar'
import { DataError } from './data-error.ts'
import { decompress, drain, readable } from './decompress.ts'

/**
 * Takes the wanted files out of a `.tar.gz`, and nothing else: `write` is called with names of `members` alone, whatever
 * the archive calls its entries, so no archive can name a place outside the folder. Links and folders are passed over.
 *
 * @throws `CORRUPT_FILE` for a damaged archive and for one without one of the files
 */
export async function extractMembers(
  label: string,
  archive: AsyncIterable<Uint8Array>,
  members: readonly string[],
  write: (member: string, chunks: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const missing = new Set(members)
  try {
    const entries = readable(decompress('gzip', archive)).pipeThrough(createTarDecoder({ strict: true }))
    const reader = entries.getReader()
    for (;;) {
      const { done, value: entry } = await reader.read()
      if (done) break
      const { name, type } = entry.header
      const member = name.replace(/^\.\//, '')
      if (type === 'file' && missing.delete(member)) await write(member, drain(entry.body))
      else await entry.body.cancel()
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(
      'CORRUPT_FILE',
      `${label} must be a complete .tar.gz, got one that does not unpack (${reason}). Download it again.`,
      { cause },
    )
  }
  if (missing.size === 0) return
  throw new DataError(
    'CORRUPT_FILE',
    `${label} must hold ${members.join(', ')}, got it without ${[...missing].join(', ')}. Download it again.`,
  )
}
