import type { FileSet, PublishedFile } from './file-source.ts'

/** Published files of one folder with its mirrors; the official place first. */
export function published(
  bases: readonly string[],
  files: readonly Omit<PublishedFile, 'urls'>[],
): readonly PublishedFile[] {
  return files.map((file) => ({ ...file, urls: bases.map((base) => base + file.name) }))
}

/** What to tell someone who has to fetch the files by hand: which ones, from where, and where to put them. */
export function byHand({ files }: FileSet, folder: string): string {
  const verb = files.some((file) => file.members !== undefined) ? 'unpack' : 'put'
  const names = files.map(({ name }) => name).join(', ')
  const places = [...new Set(files.flatMap(({ urls }) => urls.map((url) => url.slice(0, url.lastIndexOf('/') + 1))))]
  return `${verb} ${names} from ${places.join(' or ')} into ${folder}`
}
