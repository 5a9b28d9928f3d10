import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { DataError, type DataErrorCode } from '../src/index.ts'

/** An IDX file of unsigned bytes, or of whatever `type` says; the header may lie about the data. */
export function idx(shape: readonly number[], data: ArrayLike<number>, type = 8): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + data.length)
  const view = new DataView(file.buffer)
  file.set([0, 0, type, shape.length])
  shape.forEach((length, i) => {
    view.setUint32(4 + 4 * i, length)
  })
  file.set(data, 4 + 4 * shape.length)
  return file
}

/** A new folder with these files in it, by their paths, gone when the test is over. */
export function folderOf(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gg-data-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }
  return folder
}

/** What `body` throws or rejects with; fails the test if that is nothing, or no `DataError` of this code. */
export async function dataError(code: DataErrorCode, body: () => unknown): Promise<DataError> {
  try {
    await body()
  } catch (error) {
    expect(error).toBeInstanceOf(DataError)
    expect((error as DataError).code, (error as DataError).message).toBe(code)
    return error as DataError
  }
  throw new Error(`expected a DataError ${code}, got none`)
}
