import { DataError } from '../data-error.ts'
import { download } from '../download.ts'
import { type CheckedDownloadOptions, downloadOptions } from '../download-options.ts'
import { extractMembers } from '../extract-members.ts'
import type { FileSet, OpenFile, OpenSource, PublishedFile } from '../file-source.ts'
import { byHand } from '../published.ts'
import { memoryFile } from './memory-file.ts'
import { cached, store } from './web-cache.ts'

/**
 * Looks for the files of a data set at an address, `dir`, and otherwise in the browser's cache, into which it downloads
 * what is missing if that is wanted.
 */
export const openUrl: OpenSource = (set, { dir, download: wanted }) => {
  if (dir !== undefined && (typeof dir !== 'string' || dir === '')) {
    const found = dir === '' ? 'an empty string' : String(dir)
    const message = `${set.fn}: \`dir\` must be an address, got ${found}. Name the place of the files, or leave it out.`
    throw new DataError('INVALID_ARGUMENT', message)
  }
  const options = downloadOptions(set.fn, wanted)
  return {
    open: async (names) => {
      const found = dir === undefined ? undefined : await fetchFirst(set.fn, dir, names)
      const kept = found ?? (await cachedFirst(set, names))
      if (kept !== undefined) return kept
      const published = set.files.find(({ name, members }) => names.some((n) => n === name || members?.includes(n)))
      if (options === undefined || published === undefined) throw missing(set, dir, names)
      const files = await downloadAll(set, published, options)
      const name = names.find((n) => files.has(n)) ?? published.name
      return openFile(name, files.get(name) ?? new Uint8Array(0))
    },
  }
}

function openFile(path: string, bytes: Uint8Array): OpenFile {
  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    yield bytes
  }
  return { path, size: bytes.length, chunks }
}

async function fetchFirst(fn: string, dir: string, names: readonly string[]): Promise<OpenFile | undefined> {
  const base = new URL(dir.endsWith('/') ? dir : `${dir}/`, globalThis.location?.href)
  for (const name of names) {
    const url = new URL(name, base).href
    const response = await fetch(url).catch((cause: unknown) => {
      throw unreadable(fn, url, cause instanceof Error ? cause.message : String(cause), cause)
    })
    if (response.ok) return openFile(url, new Uint8Array(await response.arrayBuffer()))
    await response.body?.cancel()
    if (response.status !== 404 && response.status !== 410) throw unreadable(fn, url, String(response.status))
  }
  return undefined
}

async function cachedFirst({ folder }: FileSet, names: readonly string[]): Promise<OpenFile | undefined> {
  for (const name of names) {
    const bytes = await cached(`${folder}/${name}`)
    if (bytes !== undefined) return openFile(name, bytes)
  }
  return undefined
}

/** Downloads a file, or all the wanted ones of an archive, and keeps them in the cache. */
async function downloadAll(
  set: FileSet,
  file: PublishedFile,
  options: CheckedDownloadOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const part = memoryFile()
  const advice = `${byHand(set, 'a folder of your own server')} and name its address as \`dir\`.`
  await download(set.fn, file, part, options, `Servers must allow other pages to fetch from them (CORS): ${advice}`)
  const files = new Map<string, Uint8Array>()
  if (file.members === undefined) files.set(file.name, part.bytes())
  else {
    const label = `${set.fn}: \`${file.name}\``
    await extractMembers(label, openFile(file.name, part.bytes()).chunks(), file.members, async (member, chunks) => {
      const content = memoryFile()
      for await (const chunk of chunks) await content.append(chunk)
      files.set(member, content.bytes())
    })
  }
  for (const [name, bytes] of files) await store(`${set.folder}/${name}`, bytes)
  return files
}

function missing(set: FileSet, dir: string | undefined, names: readonly string[]): DataError {
  return new DataError(
    'FILE_NOT_FOUND',
    `${set.fn}: \`dir\` must be an address with ${names.join(' or ')}, got ${dir ?? 'none'}. ` +
      `Pass \`download: true\`, or ${byHand(set, 'a folder of your own server')} and name its address.`,
  )
}

function unreadable(fn: string, url: string, found: string, cause?: unknown): DataError {
  return new DataError('UNREADABLE_FILE', `${fn}: \`${url}\` must be there to fetch, got: ${found}.`, { cause })
}
