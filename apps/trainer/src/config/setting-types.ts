import { z } from 'zod'
import { unknownName } from '../unknown-name.ts'

/** A whole number from `minimum` to 2^53 - 1. */
export function wholeNumber(minimum: number): z.ZodType<number> {
  return z.custom<number>((x) => Number.isSafeInteger(x) && Number(x) >= minimum, {
    error: ({ input }) => `must be a whole number of ${minimum} or more, got ${show(input)}`,
  })
}

/** A number that is finite and what `expected` says. */
export function finiteNumber(expected: string, holds: (x: number) => boolean): z.ZodType<number> {
  return z.custom<number>((x) => typeof x === 'number' && Number.isFinite(x) && holds(x), {
    error: ({ input }) => `must be a number ${expected}, got ${show(input)}`,
  })
}

/** One of the names of a registry. */
export function nameOf<N extends string>(registry: Readonly<Record<N, unknown>>): z.ZodType<N> {
  const names = Object.keys(registry)
  return z.custom<N>((x) => names.some((name) => name === x), { error: ({ input }) => unknownName(input, names) })
}

/** Text that is not empty. */
export const text: z.ZodType<string> = z.custom<string>((x) => typeof x === 'string' && x !== '', {
  error: ({ input }) => `must be text, got ${show(input)}`,
})

/** True or false. */
export const yesOrNo: z.ZodType<boolean> = z.custom<boolean>((x) => typeof x === 'boolean', {
  error: ({ input }) => `must be true or false, got ${show(input)}`,
})

const list = z.custom<readonly string[]>((x) => Array.isArray(x) && x.every((item) => typeof item === 'string'), {
  error: ({ input }) => `must be a list of texts, got ${show(input)}`,
})

/** Texts, of which a single one may stand without a list. */
export const texts: z.ZodType<readonly string[], unknown> = z.preprocess(
  (x: unknown) => (typeof x === 'string' ? [x] : x),
  list,
)

/** `pattern=chain` texts, or chains by pattern. */
export const siteTexts: z.ZodType<readonly string[], unknown> = z
  .preprocess((x: unknown) => {
    if (typeof x === 'string') return [x]
    if (typeof x !== 'object' || x === null || Array.isArray(x)) return x
    return Object.entries(x).map(([pattern, chain]) => (typeof chain === 'string' ? `${pattern}=${chain}` : chain))
  }, list)
  .refine((items) => items.every((item) => item.indexOf('=') > 0), {
    error: ({ input }) => `must be pattern=chain, such as 'conv*/output=gate()', got ${show(input)}`,
  })

function show(input: unknown): string {
  if (Array.isArray(input)) return input.map(show).join(', ')
  return typeof input === 'string' ? `'${input}'` : String(input)
}
