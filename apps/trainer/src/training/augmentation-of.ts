import { type Augmentation, augment } from '@gg/data'
import { type ExpressionContext, evaluateExpression } from '../expressions/evaluate-expression.ts'
import { expressionError } from '../expressions/expression-error.ts'
import { showValue } from '../expressions/show-value.ts'

/** What the setting `augment` does to a batch; nothing if it is `null`. */
export function augmentationOf(
  text: string | null,
  label: string,
  context: ExpressionContext,
): Augmentation | undefined {
  if (text === null) return undefined
  const source = { label, text, offset: 0 }
  const steps = evaluateExpression(source, context).map(({ value, position }) => {
    if (typeof value === 'function') return value as Augmentation
    throw expressionError(source, position, `an augmentation is expected here, got ${showValue(value)}.`)
  })
  return augment(steps)
}
