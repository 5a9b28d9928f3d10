import { DataError } from './data-error.ts'
import type { FileSource, OpenFile } from './file-source.ts'
import type { ImageDataset } from './image-dataset.ts'
import { planesToPixels } from './planes-to-pixels.ts'
import { changedWhileRead } from './read-all.ts'
import { records } from './records.ts'
import { sizeWarning } from './size-warning.ts'

const SIDE = 32
const VALUES = 3 * SIDE * SIDE

/** What sets the two CIFARs apart. */
export interface CifarLayout {
  readonly fn: string
  readonly name: string
  /** The files of the split, in order; each under any of several names. */
  readonly files: readonly (readonly string[])[]
  /** Bytes of labels before the pixels of a record. */
  readonly labelBytes: number
  /** Which of these the labels are. */
  readonly labelAt: number
  readonly classNames: readonly string[]
  readonly originalSize: number
}

/**
 * Reads the files of CIFAR's binary version: records of the labels, then 1,024 red, 1,024 green and 1,024 blue values.
 * Memory: the data set and one buffer; no file is ever in memory whole.
 */
export async function readCifar(source: FileSource, layout: CifarLayout): Promise<ImageDataset> {
  const { fn, name, classNames, labelBytes, labelAt, originalSize } = layout
  const files: OpenFile[] = []
  for (const names of layout.files) files.push(await source.open(names))
  const counts = files.map((file) => recordsIn(fn, file, labelBytes + VALUES))
  const size = counts.reduce((sum, count) => sum + count, 0)
  const images = new Uint8Array(size * VALUES)
  const labels = new Uint8Array(size)
  let start = 0
  for (const [f, file] of files.entries()) {
    const count = counts[f] ?? 0
    let i = 0
    for await (const record of records(file.chunks(), labelBytes + VALUES)) {
      if (i === count) throw changedWhileRead(fn, file, 'more')
      const label = record[labelAt] ?? 0
      if (label >= classNames.length) throw wrongLabel(fn, file, i, label, classNames.length)
      labels[start + i] = label
      const pixels = images.subarray((start + i) * VALUES, (start + i + 1) * VALUES)
      planesToPixels(record.subarray(labelBytes), pixels, 3)
      i++
    }
    if (i < count) throw changedWhileRead(fn, file, `${i} records`)
    start += count
  }
  const dataset = { name, images, labels, shape: [SIDE, SIDE, 3] as const, classNames, size }
  return { ...dataset, ...sizeWarning(name, size, originalSize) }
}

function recordsIn(fn: string, { path, size }: OpenFile, recordLength: number): number {
  if (size > 0 && size % recordLength === 0) return size / recordLength
  throw new DataError(
    'CORRUPT_FILE',
    `${fn}: \`${path}\` must hold whole records of ${recordLength} bytes, got ${size} bytes. ` +
      'See that it is of the binary version, or download it again.',
  )
}

function wrongLabel(fn: string, { path }: OpenFile, record: number, label: number, classes: number): DataError {
  return new DataError(
    'CORRUPT_FILE',
    `${fn}: \`${path}\` must hold labels from 0 to ${classes - 1}, got ${label} in record ${record}. ` +
      'See that it belongs to this data set, or download it again.',
  )
}
