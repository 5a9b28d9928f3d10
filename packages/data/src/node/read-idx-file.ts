import { type IdxArray, parseIdx } from '../read-idx.ts'
import { gunzipIdx } from './gunzip-idx.ts'
import { readFileOf } from './read-file-of.ts'

/** An IDX file that was found and read, and the path to name in messages. */
export interface IdxFile extends IdxArray {
  readonly path: string
}

/**
 * Reads `name.gz` or `name` from a folder. Whether it is compressed is seen from its first bytes, not from its name:
 * browsers decompress a download and keep the `.gz`.
 */
export async function readIdxFile(
  fn: string,
  folder: string,
  name: string,
  dimensions: number,
  advice: string,
): Promise<IdxFile> {
  const { path, bytes } = await readFileOf(fn, folder, [`${name}.gz`, name], advice)
  const label = `${fn}: \`${path}\``
  const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b
  const plain = compressed ? await gunzipIdx(bytes, label, dimensions) : bytes
  return { path, ...parseIdx(plain, label, dimensions) }
}
