import { renameSync, writeFileSync } from 'node:fs'

/** Writes a file so that a reader sees all of it or what was there before, also if the process dies on the way. */
export function writeAtomically(path: string, content: string): void {
  const draft = `${path}.${process.pid}.tmp`
  writeFileSync(draft, content)
  renameSync(draft, path)
}
