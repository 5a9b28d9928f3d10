import type { Signature } from '../src/expressions/signature.ts'

export function signatures(): { readonly [name: string]: Signature & { readonly package: string } }
