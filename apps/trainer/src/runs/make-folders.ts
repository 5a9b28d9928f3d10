import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it; one that is there is left as it is.
 *
 * Not `mkdirSync(path, { recursive: true })`: Node 20 goes round for ever where a file system says of a folder in one that
 * exists that it is not found, as that of `/proc` does.
 *
 * @throws what the system says of the first folder that cannot be made
 */
export function makeFolders(path: string): void {
  const folder = resolve(path)
  try {
    mkdirSync(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (existsSync(folder) && statSync(folder).isDirectory()) return
    // With a parent that is there the answer is the last one; the root has no parent.
    if (code !== 'ENOENT' || existsSync(dirname(folder))) throw error
    makeFolders(dirname(folder))
    mkdirSync(folder)
  }
}
