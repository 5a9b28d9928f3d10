import type { AssignmentExpression, Expression, Identifier, Node } from 'acorn'
import { closestName } from '../unknown-name.ts'
import type { ExpressionContext } from './evaluate-expression.ts'
import { type ExpressionSource, expressionError } from './expression-error.ts'
import { showSignature } from './signature.ts'
import type { Word } from './vocabulary.ts'

/** What a node of an expression stands for. */
export type Evaluate = (node: Node, source: ExpressionSource, context: ExpressionContext) => unknown

/** Calls a word: positional arguments first, then named ones, as parameters or in the record of options. */
export function applyWord(
  at: Identifier,
  { value, signature }: Word,
  nodes: readonly Node[],
  source: ExpressionSource,
  context: ExpressionContext,
  evaluate: Evaluate,
): unknown {
  const { name } = at
  const fail = (node: Node, problem: string, options?: ErrorOptions): Error =>
    expressionError(source, node.start, problem, options)
  const parameters = signature?.parameters ?? []
  const known = [...parameters.map((parameter) => parameter.name), ...Object.keys(signature?.options ?? {})]
  const positional: unknown[] = []
  const options = new Map<string, unknown>()
  for (const node of nodes) {
    const argument = node as Expression
    if (argument.type !== 'AssignmentExpression') {
      if (options.size > 0) throw fail(argument, 'options with a name come last.')
      if (signature !== undefined && positional.length >= parameters.length && parameters.length > 0) {
        throw fail(argument, `${name} takes ${parameters.length} without a name: ${showSignature(name, signature)}.`)
      }
      if (signature !== undefined && parameters.length === 0) {
        throw fail(argument, `${name} takes options with names only: ${showSignature(name, signature)}.`)
      }
      positional.push(evaluate(argument, source, context))
      continue
    }
    const option = optionName(argument, source)
    if (signature !== undefined && !known.includes(option)) {
      const near = closestName(option, known)
      const hint = near === undefined ? `It takes: ${showSignature(name, signature)}.` : `Did you mean ${near}?`
      throw fail(argument, `${name} has no option '${option}'. ${hint}`)
    }
    const place = parameters.findIndex((parameter) => parameter.name === option)
    if (options.has(option) || (place >= 0 && place < positional.length)) {
      throw fail(argument, `${option} is given twice.`)
    }
    options.set(option, evaluate(argument.right, source, context))
  }
  const values = parameters.map((parameter, i) => {
    const given = i < positional.length ? positional[i] : take(options, parameter.name)
    if (parameter.name !== 'learningRate' || context.learningRate === undefined) return given
    return context.learningRate(name, given, parameter.required)
  })
  const missing = parameters.find((parameter, i) => parameter.required && values[i] === undefined)
  if (missing !== undefined) throw fail(at, `${name} needs ${missing.name}: ${name}(${missing.name}=...).`)
  const needed = Object.entries(signature?.options ?? {}).find(
    ([option, type]) => type.endsWith(', needed') && !options.has(option),
  )
  if (needed !== undefined) throw fail(at, `${name} needs ${needed[0]}: ${name}(${needed[0]}=...).`)
  const all = signature === undefined ? positional : values
  try {
    const record = options.size === 0 ? [] : [Object.fromEntries(options)]
    return (value as (...args: readonly unknown[]) => unknown)(...trimmed(all, record.length > 0), ...record)
  } catch (cause) {
    // What a package says of its arguments is a sentence for the user already.
    throw fail(at, cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** Without the arguments at the end that are not given, where nothing follows them. */
function trimmed(values: readonly unknown[], keep: boolean): readonly unknown[] {
  return keep ? values : values.slice(0, values.findLastIndex((value) => value !== undefined) + 1)
}

function take(options: Map<string, unknown>, name: string): unknown {
  const value = options.get(name)
  options.delete(name)
  return value
}

function optionName({ left, operator }: AssignmentExpression, source: ExpressionSource): string {
  if (left.type === 'Identifier' && operator === '=') return left.name
  throw expressionError(source, left.start, 'an option is written as name=value.')
}
