import { TrainingError } from '../training-error.ts'

/** What the system's words for a failed write mean. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'no space is left on the disk'],
  ['EDQUOT', 'the quota of the disk is used up'],
  ['EROFS', 'the disk is read-only'],
  ['EACCES', 'the folder may not be written to'],
  ['EPERM', 'the folder may not be written to'],
  ['EFBIG', 'the file would be larger than is allowed'],
  ['EIO', 'the disk reports an error'],
  ['ENOENT', 'the folder is gone'],
])

/**
 * Does what writes, and makes an error of the system a sentence.
 *
 * @param what - What is written where: `the checkpoint of step 12 in runs/a`.
 * @param then - What can be done.
 * @throws TrainingError `WRITE_FAILED`
 */
export function writing<T>(what: string, then: string, write: () => T): T {
  try {
    return write()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    const reason = REASONS.get(code)
    if (reason === undefined) throw cause
    throw new TrainingError('WRITE_FAILED', `Could not write ${what}: ${reason} (${code}). ${then}`, { cause })
  }
}
