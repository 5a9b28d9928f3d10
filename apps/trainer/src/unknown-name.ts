import { closest, distance } from 'fastest-levenshtein'

/**
 * Says of a name that it does not exist, which ones do, and which one was probably meant.
 *
 * @param got - The name that does not exist.
 * @param known - The names that do, at least one.
 */
export function unknownName(got: unknown, known: readonly string[]): string {
  const name = String(got).toLowerCase()
  const near = closest(name, [...known])
  // Less than half of the letters may be wrong: 'resnet' is no slip of 'lenet'.
  const plausible = distance(name, near) < near.length / 2
  return `must be one of ${known.join(', ')}, got '${String(got)}'.${plausible ? ` Did you mean ${near}?` : ''}`
}
