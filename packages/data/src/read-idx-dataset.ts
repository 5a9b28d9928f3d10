import type { DatasetOptions } from './dataset-options.ts'
import type { FileSet, FileSource, OpenSource } from './file-source.ts'
import { gunzipIdx } from './gunzip-idx.ts'
import { type IdxFile, idxDataset } from './idx-dataset.ts'
import type { ImageDataset } from './image-dataset.ts'
import { readAll } from './read-all.ts'
import { parseIdx } from './read-idx.ts'
import { checkSplit } from './split.ts'

/** Reads a set of four IDX files that are named as MNIST's are. */
export async function readIdxDataset(
  openSource: OpenSource,
  set: FileSet,
  classNames: readonly string[],
  { split = 'train', ...options }: DatasetOptions,
): Promise<ImageDataset> {
  checkSplit(set.fn, split)
  const source = openSource(set, options)
  const prefix = split === 'train' ? 'train' : 't10k'
  // One after the other, so that of two missing files it is always the first that is named.
  const images = await readIdxFile(set.fn, source, `${prefix}-images-idx3-ubyte`, 3)
  const labels = await readIdxFile(set.fn, source, `${prefix}-labels-idx1-ubyte`, 1)
  const originalSize = split === 'train' ? 60_000 : 10_000
  return idxDataset(set.fn, images, labels, {
    name: `${set.folder}/${split}`,
    shape: [28, 28, 1],
    classNames,
    originalSize,
  })
}

/**
 * Reads `name.gz` or `name`. Whether it is compressed is seen from its first bytes, not from its name: browsers decompress
 * a download and keep the `.gz`.
 */
async function readIdxFile(fn: string, source: FileSource, name: string, dimensions: number): Promise<IdxFile> {
  const file = await source.open([`${name}.gz`, name])
  const bytes = await readAll(fn, file)
  const label = `${fn}: \`${file.path}\``
  const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b
  const plain = compressed ? await gunzipIdx(bytes, label, dimensions) : bytes
  return { path: file.path, ...parseIdx(plain, label, dimensions) }
}
