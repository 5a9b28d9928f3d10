/** A block of TypeScript in the documentation. */
export interface Example {
  /** File and line, as an editor opens it: `packages/core/src/chain.ts:14`. */
  readonly name: string
  readonly code: string
  /** What the block says it prints, one entry for each `// →`. */
  readonly expected: readonly string[]
}

/**
 * The blocks of TypeScript in a README, a guide or the docstrings of a source file that say what they print. A block
 * without a `// →`, such as a signature, is not an example.
 *
 * @param file - The path, for the example's name.
 * @param text - The content.
 */
export function examplesIn(file: string, text: string): readonly Example[] {
  return [...text.matchAll(/^( *\* ?)?```ts\n([\s\S]*?)^(?: *\* ?)?```$/gm)].flatMap((match) => {
    const [, star, block = ''] = match
    const code = star === undefined ? block : block.replaceAll(/^ *\* ?/gm, '')
    const expected = [...code.matchAll(/\/\/ → (.*)$/gm)].map((found) => (found[1] ?? '').trim())
    const line = text.slice(0, match.index).split('\n').length
    return expected.length === 0 ? [] : [{ name: `${file}:${line}`, code, expected }]
  })
}
