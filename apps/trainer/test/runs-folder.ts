import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder for runs that does not exist yet, and is gone after the test. */
export function runsFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'gg-runs-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  return join(root, 'deep', 'runs')
}
