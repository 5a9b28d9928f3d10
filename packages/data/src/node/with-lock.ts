import { setTimeout as sleep } from 'node:timers/promises'
import { lock } from 'proper-lockfile'

/** Milliseconds after which the lock of a process that died is taken over. */
const STALE = 10_000

/**
 * Runs `body` while no other process, and nothing else in this one, runs one with the same lock. The lock saves work, not
 * correctness: what is downloaded is verified and then renamed into place, so a lock that is lost does no harm.
 *
 * @param path the lock's own
 * @param checkpoint is called again and again while it waits, and may throw
 * @param body what to do
 */
export async function withLock(path: string, checkpoint: () => void, body: () => Promise<void>): Promise<void> {
  let release: (() => Promise<void>) | undefined
  while (release === undefined) {
    checkpoint()
    try {
      release = await lock(path, { lockfilePath: path, realpath: false, stale: STALE, onCompromised: () => {} })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error
      await sleep(200)
    }
  }
  try {
    await body()
  } finally {
    await release().catch(() => {}) // taken over in the meantime
  }
}
