import { chain, type GradientTransformation } from '@gg/core'
import { createSites, ModelError, type ModelWithStats, type Sites } from '@gg/models'
import { chainOf } from '../expressions/chain-of.ts'
import { type ExpressionContext, evaluateExpression } from '../expressions/evaluate-expression.ts'
import { expressionError } from '../expressions/expression-error.ts'

/**
 * The sites at which the settings want gradients to be shaped; nothing where they want none.
 *
 * @param at - Each as `pattern=chain`; where several match a site, their chains follow each other in this order.
 * @throws TrainingError `INVALID_CONFIG` for a pattern that matches no site of the model, and for a chain that is not
 *   understood.
 */
export function placeSites(
  at: readonly string[],
  label: string,
  model: ModelWithStats,
  context: ExpressionContext,
): Sites | undefined {
  if (at.length === 0) return undefined
  const transformations = new Map<string, GradientTransformation>()
  for (const text of at) {
    const offset = text.indexOf('=') + 1
    const pattern = text.slice(0, offset - 1).trim()
    const source = { label, text, offset }
    const added = chainOf(evaluateExpression(source, context), source)
    const before = transformations.get(pattern)
    try {
      // Alone first, so that the pattern that matches nothing is known by its place.
      createSites(model.sites, { [pattern]: added }).dispose()
    } catch (cause) {
      if (!(cause instanceof ModelError && cause.code === 'UNKNOWN_SITE')) throw cause
      const problem = `'${pattern}' matches none of the sites of ${model.name}: ${model.sites.join(', ')}.`
      throw expressionError({ ...source, offset: 0 }, 0, problem, { cause })
    }
    transformations.set(pattern, before === undefined ? added : chain(before, added))
  }
  return createSites(model.sites, Object.fromEntries(transformations))
}
