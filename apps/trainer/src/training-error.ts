/**
 * What went wrong, as a word that stays the same when a message is rewritten.
 *
 * - `INVALID_CONFIG`: a setting out of its range, a name that does not exist, settings that do not go together.
 * - `BACKEND_FAILED`: the backend did not start on this machine.
 * - `DATA_MISSING`: the files of a data set are not where they were looked for.
 * - `DIVERGED`: the training loss is no longer a finite number.
 * - `OUT_OF_MEMORY`: a batch does not fit into the memory of the backend.
 * - `CHECKPOINT_DAMAGED`: no checkpoint of a run can be read, or the one that was asked for.
 * - `WRITE_FAILED`: a file of a run could not be written: a full disk, a folder that is read-only.
 * - `RUN_IN_USE`: another process is at work on the run.
 * - `RUN_NOT_FOUND`: there is no run in the folder.
 * - `RUN_UNREADABLE`: a file of a run is damaged.
 */
export type TrainingErrorCode =
  | 'INVALID_CONFIG'
  | 'BACKEND_FAILED'
  | 'DATA_MISSING'
  | 'DIVERGED'
  | 'OUT_OF_MEMORY'
  | 'CHECKPOINT_DAMAGED'
  | 'WRITE_FAILED'
  | 'RUN_IN_USE'
  | 'RUN_NOT_FOUND'
  | 'RUN_UNREADABLE'

/**
 * The error that `train` and its kin throw. Branch on `code`; the message is a full sentence for whoever gave the command
 * and may change between versions.
 *
 * @example
 * ```ts
 * import { parseTrainConfig, TrainingError } from '@gg/trainer'
 *
 * try {
 *   parseTrainConfig({ epochs: 0 })
 * } catch (error) {
 *   console.log(error instanceof TrainingError && error.code) // → INVALID_CONFIG
 * }
 * ```
 */
export class TrainingError extends Error {
  /** `'TrainingError'`. */
  override readonly name = 'TrainingError'
  /** What went wrong, as a stable word. */
  readonly code: TrainingErrorCode

  /**
   * @param code - What went wrong.
   * @param message - What was expected, what was found, what to do.
   * @param options - `cause`: the error that led here.
   */
  constructor(code: TrainingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
