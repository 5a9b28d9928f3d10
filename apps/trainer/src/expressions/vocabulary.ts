import * as core from '@gg/core'
import * as diagnostics from '@gg/diagnostics'
import * as gaaf from '@gg/gaaf'
import * as gating from '@gg/gating'
import * as lateralMask from '@gg/lateral-mask'
import * as optim from '@gg/optim'
import { OWN_WORDS } from './own-words.ts'
import { SIGNATURES, type Signature } from './signature.ts'

/** Something that can be named in an expression. */
export interface Word {
  readonly value: unknown
  /** Nothing is known of what a module of the user's exports. */
  readonly signature?: Signature
}

/** All that can be named, by name. */
export type Vocabulary = ReadonlyMap<string, Word>

/** Modules of the user, as `import` gives them. */
export type UserModules = readonly { readonly [name: string]: unknown }[]

const PACKAGES: Readonly<Record<string, { readonly [name: string]: unknown }>> = {
  core,
  diagnostics,
  gaaf,
  gating,
  'lateral-mask': lateralMask,
  optim,
}

/** The words of our packages, those of the trainer, and those of the user's modules, which go before all others. */
export function createVocabulary(modules: UserModules = []): Vocabulary {
  const ours = Object.entries(SIGNATURES).map(([name, signature]) => {
    return [name, { value: PACKAGES[signature.package]?.[name], signature }] as const
  })
  const theirs = modules.flatMap((module) => {
    return Object.entries(module).flatMap(([name, value]) => (name === 'default' ? [] : [[name, { value }] as const]))
  })
  return new Map<string, Word>([...ours, ...OWN_WORDS, ...theirs])
}
