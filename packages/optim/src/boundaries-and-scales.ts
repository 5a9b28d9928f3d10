import { checkArgument } from './check-argument.ts'

/** At which count to multiply by what: `{ 30: 0.1, 60: 0.1 }`. Counts are 0 or above, scales 0 or above. */
export type BoundariesAndScales = { readonly [count: number]: number }

/** The boundaries in ascending order with their scales, checked. */
export function sortedBoundaries(
  name: string,
  boundariesAndScales: BoundariesAndScales,
): readonly (readonly [boundary: number, scale: number])[] {
  const sorted = Object.entries(boundariesAndScales)
    .map(([boundary, scale]) => [Number(boundary), scale] as const)
    .sort(([a], [b]) => a - b)
  for (const [boundary, scale] of sorted) {
    checkArgument(boundary >= 0, name, 'boundariesAndScales', 'keyed by counts of 0 or above', boundary)
    checkArgument(scale >= 0, name, `boundariesAndScales[${boundary}]`, '0 or above', scale)
  }
  return sorted
}
