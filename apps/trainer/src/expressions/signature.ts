import signatures from './signatures.json' with { type: 'json' }

/** What a word makes, and so where it may stand. */
export type WordKind =
  | 'transformation'
  | 'schedule'
  | 'shape'
  | 'activation'
  | 'measure'
  | 'decision'
  | 'pooling'
  | 'initializer'
  | 'mask'
  | 'model'
  | 'augmentation'
  | 'number'
  | 'function'

/** Which parameters and options a function takes. */
export interface Signature {
  readonly kind: WordKind
  /** One line for `gg list`. */
  readonly summary: string
  /** In order. */
  readonly parameters: readonly { readonly name: string; readonly type: string; readonly required: boolean }[]
  /** Types by name, of the record that follows the parameters; none if it takes no such record. */
  readonly options?: { readonly [name: string]: string }
}

/** The functions of our packages that can be named, by name, each with the package it is of. */
export const SIGNATURES: Readonly<Record<string, Signature & { readonly package: string }>> =
  // A type of JSON knows text where this knows which text.
  signatures as unknown as Readonly<Record<string, Signature & { readonly package: string }>>

/** A call as it is written: `adamw(learningRate, b1, b2, ...)`. */
export function showSignature(name: string, { parameters, options = {} }: Signature): string {
  const all = [
    ...parameters.map(({ name, required }) => (required ? name : `${name}?`)),
    ...Object.entries(options).map(([name, type]) => (type.endsWith(', needed') ? `${name}=` : `${name}=?`)),
  ]
  return all.length === 0 ? name : `${name}(${all.join(', ')})`
}
