import { chain, type GradientTransformation } from '@gg/core'
import type { Part } from './evaluate-expression.ts'
import { type ExpressionSource, expressionError } from './expression-error.ts'
import { showValue } from './show-value.ts'

/**
 * The parts of an expression as one transformation.
 *
 * @throws TrainingError `INVALID_CONFIG`, pointing at the part that is none.
 */
export function chainOf(parts: readonly Part[], source: ExpressionSource): GradientTransformation {
  const transformations = parts.map(({ value, position }) => {
    if (isTransformation(value)) return value
    throw expressionError(source, position, `a gradient transformation is expected here, got ${showValue(value)}.`)
  })
  const [first, ...more] = transformations
  return first !== undefined && more.length === 0 ? first : chain(...transformations)
}

function isTransformation(value: unknown): value is GradientTransformation {
  return (
    typeof value === 'object' &&
    value !== null &&
    'init' in value &&
    'update' in value &&
    typeof value.init === 'function' &&
    typeof value.update === 'function'
  )
}
