import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../data-error.ts'

/** The pictures of a folder, class by class. */
export interface Pictures {
  readonly paths: readonly string[]
  readonly labels: readonly number[]
  readonly classNames: readonly string[]
}

const PICTURE = /\.(jpe?g|png|webp)$/i

/** Lists `class/**` pictures below `dir`, in an order that does not hang on the file system or the language. */
export async function listPictures(fn: string, dir: string): Promise<Pictures> {
  const classNames: string[] = []
  for (const entry of await entriesOf(fn, dir)) if (await isFolder(entry)) classNames.push(entry.name)
  if (classNames.length === 0 || classNames.length > 65_536) {
    const found = classNames.length === 0 ? 'none' : String(classNames.length)
    throw notFound(fn, `must have a folder for each class, 1 to 65,536, got ${found} in ${dir}`)
  }
  const paths: string[] = []
  const labels: number[] = []
  for (const [label, name] of classNames.entries()) {
    const pictures = await picturesBelow(fn, join(dir, name))
    if (pictures.length === 0) throw notFound(fn, `must have .jpg, .png or .webp files in ${join(dir, name)}, got none`)
    paths.push(...pictures)
    for (const _ of pictures) labels.push(label)
  }
  return { paths, labels, classNames }
}

async function picturesBelow(fn: string, folder: string): Promise<readonly string[]> {
  const all: string[] = []
  for (const entry of await entriesOf(fn, folder)) {
    const path = join(folder, entry.name)
    if (await isFolder(entry)) all.push(...(await picturesBelow(fn, path)))
    else if (PICTURE.test(entry.name)) all.push(path)
  }
  return all
}

async function entriesOf(fn: string, folder: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    // By code units: `localeCompare` differs from machine to machine.
    const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    return sorted.filter(({ name }) => !name.startsWith('.'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const missing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
    throw new DataError(
      missing ? 'FILE_NOT_FOUND' : 'UNREADABLE_FILE',
      `${fn}: \`dir\` must be a folder of folders of pictures, got ${folder} with: ${reason}. Name the folder above the classes.`,
      { cause },
    )
  }
}

/** ImageNet is often a folder of links to folders. */
async function isFolder(entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  const stats = await stat(join(entry.parentPath, entry.name)).catch(() => undefined)
  return stats?.isDirectory() === true
}

function notFound(fn: string, problem: string): DataError {
  return new DataError('FILE_NOT_FOUND', `${fn}: \`dir\` ${problem}. Name the folder above the classes.`)
}
