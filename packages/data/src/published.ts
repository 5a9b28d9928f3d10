import type { FileSet, PublishedFile } from './file-source.ts'

/** Published files of one folder with its mirrors; the official place first. */
export function published(
  bases: readonly string[],
  files: readonly Omit<PublishedFile, 'urls'>[],
): readonly PublishedFile[] {
  return files.map((file) => ({ ...file, urls: bases.map((base) => base + file.name) }))
}

/** What to say to someone who has to fetch the files by hand. */
export function byHand({ files }: FileSet): string {
  const places = [...new Set(files.flatMap(({ urls }) => urls.map(base)))]
  const members = files.some((file) => file.members !== undefined)
  const them = members ? `unpack ${names(files)} from` : 'take the files from'
  return `${them} ${places.join(' or ')}`
}

function base(url: string): string {
  return url.slice(0, url.lastIndexOf('/') + 1)
}

function names(files: readonly PublishedFile[]): string {
  return files.map(({ name }) => name).join(' and ')
}
