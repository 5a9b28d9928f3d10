import type { Expression } from 'acorn'
import { parseExpression } from './parse-expression.ts'

/** The names of the parts of a chain, `['lateralMask', 'gate']` of `lateralMask(sigma=1)+gate`: for titles and folders. */
export function namesInChain(text: string): readonly string[] {
  return names(parseExpression({ label: text, text, offset: 0 }))
}

function names(node: Expression): readonly string[] {
  if (node.type === 'Identifier') return [node.name]
  if (node.type === 'CallExpression') return node.callee.type === 'Identifier' ? [node.callee.name] : []
  if (node.type === 'SequenceExpression') return node.expressions.flatMap(names)
  if (node.type !== 'BinaryExpression' || node.left.type === 'PrivateIdentifier') return []
  return [...names(node.left), ...names(node.right)]
}
