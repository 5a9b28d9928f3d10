import type { CallExpression, Expression, Identifier, Node } from 'acorn'
import { closestName } from '../unknown-name.ts'
import { applyWord } from './apply-word.ts'
import { chainOf } from './chain-of.ts'
import { type ExpressionSource, expressionError } from './expression-error.ts'
import { parseExpression } from './parse-expression.ts'
import { showValue } from './show-value.ts'
import type { WordKind } from './signature.ts'
import type { Vocabulary } from './vocabulary.ts'

/** What an expression may speak of. */
export interface ExpressionContext {
  readonly vocabulary: Vocabulary
  /** Numbers of the run by name: `steps`. */
  readonly numbers: { readonly [name: string]: number }
  /** Gives a learning rate to a call that has none, and hears of each that was given. */
  readonly learningRate?: (name: string, given: unknown, required: boolean) => unknown
}

/** Kinds of words that need no brackets: everywhere else, a name stands for the function itself. */
const CALLED: ReadonlySet<WordKind> = new Set(['transformation', 'schedule', 'shape', 'model', 'augmentation'])

/**
 * What an expression stands for: the parts of a chain, in order.
 *
 *     chain  = value { '+' value }                  or commas in place of +
 *     value  = name [ '(' argument, ... ')' ] | number | text | [ value, ... ] | { name: value, ... } | chain
 *     argument = value | name '=' value
 *
 * Positional arguments go to parameters; named ones to parameters of that name, or into the options. Numbers may be
 * calculated with: `0.05 * steps`. A name that is none of the vocabulary stands for its own letters, as in
 * `gate(normalize=standardize)`, except where a part of a chain is expected.
 *
 * @throws TrainingError `INVALID_CONFIG`, pointing at the character.
 */
export function evaluateExpression(source: ExpressionSource, context: ExpressionContext): readonly Part[] {
  return evaluateChain(parseExpression(source), source, context)
}

/** A part of a chain, and at which character of the expression it begins. */
export interface Part {
  readonly value: unknown
  readonly position: number
}

/** The parts of what may be a chain. */
function evaluateChain(node: Expression, source: ExpressionSource, context: ExpressionContext): readonly Part[] {
  if (node.type === 'SequenceExpression') {
    return node.expressions.flatMap((part) => evaluateChain(part, source, context))
  }
  if (node.type === 'BinaryExpression' && node.operator === '+' && node.left.type !== 'PrivateIdentifier') {
    return [...evaluateChain(node.left, source, context), ...evaluateChain(node.right, source, context)]
  }
  if (node.type === 'Identifier' && !isKnown(node.name, context)) throw unknownWord(node, source, context)
  return [{ value: evaluate(node, source, context), position: node.start }]
}

function evaluate(node: Node, source: ExpressionSource, context: ExpressionContext): unknown {
  const child = (of: Node): unknown => evaluate(of, source, context)
  const refuse = (problem: string): Error => expressionError(source, node.start, problem)
  const number = (of: Node): number => {
    const value = child(of)
    if (typeof value === 'number') return value
    throw expressionError(source, of.start, `a number is expected here, got ${showValue(value)}.`)
  }
  // The node types of acorn are those of the whole language; what is not listed here is none of ours.
  const expression = node as Expression
  switch (expression.type) {
    case 'Literal':
      if (expression.regex === undefined && expression.bigint === undefined) return expression.value
      throw refuse('numbers, texts, true, false and null are understood here.')
    case 'Identifier':
      return named(expression, source, context)
    case 'CallExpression':
      return call(expression, source, context)
    case 'ArrayExpression':
      return expression.elements.map((element) => {
        if (element === null) throw refuse('a list must not have gaps.')
        return child(element)
      })
    case 'ObjectExpression':
      return Object.fromEntries(
        expression.properties.map((property) => {
          const plain = property.type === 'Property' && property.kind === 'init' && !property.computed
          if (plain && property.key.type === 'Identifier') return [property.key.name, child(property.value)]
          if (plain && property.key.type === 'Literal') return [String(property.key.value), child(property.value)]
          throw expressionError(source, property.start, 'a record is written as { name: value }.')
        }),
      )
    case 'UnaryExpression':
      if (expression.operator === '-') return -number(expression.argument)
      break
    case 'BinaryExpression': {
      const { left, right, operator } = expression
      if (left.type === 'PrivateIdentifier') break
      if (operator === '+') {
        const [first, second] = [child(left), child(right)]
        if (typeof first === 'number' && typeof second === 'number') return first + second
        return chainOf(evaluateChain(expression, source, context), source)
      }
      if (operator === '-') return hyphenated(expression, source, context) ?? number(left) - number(right)
      if (operator === '*') return number(left) * number(right)
      if (operator === '/') return number(left) / number(right)
      break
    }
    case 'AssignmentExpression':
      throw refuse('an option with a name may stand between the brackets of a call only.')
    default:
  }
  throw refuse('names, calls, numbers, texts, lists and + are understood here.')
}

/** The text that a word with hyphens is, such as `preserve-norm`, if no part of it is a number. */
function hyphenated(node: Node, source: ExpressionSource, context: ExpressionContext): string | undefined {
  const text = source.text.slice(source.offset + node.start, source.offset + node.end)
  const words = /^[A-Za-z]\w*(-[A-Za-z]\w*)+$/.test(text) ? text.split('-') : []
  return words.length > 0 && words.every((word) => !Object.hasOwn(context.numbers, word)) ? text : undefined
}

/** A name without brackets. */
function named(node: Identifier, source: ExpressionSource, context: ExpressionContext): unknown {
  const { name } = node
  const value = Object.hasOwn(context.numbers, name) ? context.numbers[name] : undefined
  if (value !== undefined) return value
  if (name === 'Infinity') return Number.POSITIVE_INFINITY
  const word = context.vocabulary.get(name)
  if (word === undefined) return name
  const { kind } = word.signature ?? {}
  if (kind !== undefined && !CALLED.has(kind)) return word.value
  // A user's own export may be the thing itself.
  return typeof word.value === 'function' ? applyWord(node, word, [], source, context, evaluate) : word.value
}

function call(node: CallExpression, source: ExpressionSource, context: ExpressionContext): unknown {
  const { callee } = node
  if (callee.type !== 'Identifier') {
    throw expressionError(source, callee.start, 'a name is expected before the brackets.')
  }
  const word = context.vocabulary.get(callee.name)
  if (word === undefined) throw unknownWord(callee, source, context)
  if (typeof word.value !== 'function') {
    throw expressionError(source, callee.start, `${callee.name} takes no brackets.`)
  }
  return applyWord(callee, word, node.arguments, source, context, evaluate)
}

function isKnown(name: string, { vocabulary, numbers }: ExpressionContext): boolean {
  return vocabulary.has(name) || Object.hasOwn(numbers, name)
}

function unknownWord({ name, start }: Identifier, source: ExpressionSource, context: ExpressionContext): Error {
  const near = closestName(name, [...context.vocabulary.keys()])
  const hint = near === undefined ? 'gg list shows all names; --use adds those of a module.' : `Did you mean ${near}?`
  return expressionError(source, start, `'${name}' is not known. ${hint}`)
}
