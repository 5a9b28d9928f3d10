import { closest, distance } from 'fastest-levenshtein'

/** The name that was probably meant, if one is near. */
export function closestName(got: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const name = got.toLowerCase()
  const lower = known.map((word) => word.toLowerCase())
  const near = closest(name, lower)
  // Less than half of the letters may be wrong: 'resnet' is no slip of 'lenet'.
  return distance(name, near) < near.length / 2 ? known[lower.indexOf(near)] : undefined
}

/**
 * Says of a name that it does not exist, which ones do, and which one was probably meant.
 *
 * @param got - The name that does not exist.
 * @param known - The names that do, at least one.
 */
export function unknownName(got: unknown, known: readonly string[]): string {
  const near = closestName(String(got), known)
  return `must be one of ${known.join(', ')}, got '${String(got)}'.${near === undefined ? '' : ` Did you mean ${near}?`}`
}
