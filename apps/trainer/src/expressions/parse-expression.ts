import { type Expression, parseExpressionAt } from 'acorn'
import { type ExpressionSource, expressionError } from './expression-error.ts'

/**
 * The tree of an expression: calls, names, numbers, texts, lists, records, `+` and arithmetic. The syntax is that of
 * JavaScript's expressions, in which `name=value` among arguments is an assignment; nothing is ever run as JavaScript.
 *
 * @throws TrainingError `INVALID_CONFIG`, pointing at the character.
 */
export function parseExpression(source: ExpressionSource): Expression {
  const code = source.text.slice(source.offset)
  let parsed: Expression
  try {
    parsed = parseExpressionAt(code, 0, { ecmaVersion: 2022 })
  } catch (cause) {
    if (!(cause instanceof SyntaxError && 'pos' in cause && typeof cause.pos === 'number')) throw cause
    const found = code[cause.pos]
    const problem = found === undefined ? 'something is missing at the end' : `'${found}' is not understood here`
    throw expressionError(source, cause.pos, `${problem}.`, { cause })
  }
  const rest = code.slice(parsed.end).search(/\S/)
  if (rest < 0) return parsed
  throw expressionError(source, parsed.end + rest, `'${code[parsed.end + rest]}' is not understood here.`)
}
