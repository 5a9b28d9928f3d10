import picomatch from 'picomatch'
import { ModelError } from './model-error.ts'

/** The names that a glob pattern matches. `name` is the function that speaks in errors. */
export function matchSites(name: string, available: readonly string[], pattern: string): readonly string[] {
  // Names are no paths of an operating system: a backslash is never a separator.
  const matches = picomatch(pattern, { windows: false })
  const found = available.filter((site) => matches(site))
  if (found.length > 0) return found
  throw new ModelError(
    'UNKNOWN_SITE',
    `${name}: each pattern must match a site, got '${pattern}', which matches none of {${available.join(', ')}}.`,
  )
}
