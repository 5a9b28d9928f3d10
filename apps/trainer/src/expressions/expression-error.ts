import { TrainingError } from '../training-error.ts'

/** An expression where it was written, for messages. */
export interface ExpressionSource {
  /** The option or setting, such as `--optimizer`. */
  readonly label: string
  /** All that was written. */
  readonly text: string
  /** Where the expression begins in it. */
  readonly offset: number
}

/**
 * What is wrong with an expression, with a line that points at the character:
 *
 *     --optimizer: adamw has no option 'weightdecay'. Did you mean weightDecay?
 *       adamw(weightdecay=0.1)
 *             ^
 */
export function expressionError(
  { label, text, offset }: ExpressionSource,
  position: number,
  problem: string,
  options?: ErrorOptions,
): TrainingError {
  const at = Math.min(offset + position, text.length)
  return new TrainingError('INVALID_CONFIG', `${label}: ${problem}\n  ${text}\n  ${' '.repeat(at)}^`, options)
}
