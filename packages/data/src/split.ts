import { DataError } from './data-error.ts'

/** Which part of a data set: `'train'` to learn from, `'test'` to measure on. They share no image. */
export type Split = 'train' | 'test'

/** Throws `INVALID_ARGUMENT` unless `split` is one of the two. */
export function checkSplit(fn: string, split: Split): void {
  if (split === 'train' || split === 'test') return
  throw new DataError('INVALID_ARGUMENT', `${fn}: \`split\` must be 'train' or 'test', got ${String(split)}.`)
}
