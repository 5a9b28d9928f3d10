/** A piece of a page, in which every text from outside is escaped. */
export interface Markup {
  readonly markup: string
}

type Part = string | number | Markup | undefined | readonly Part[]

/**
 * Makes a piece of a page. What is put in is escaped, so that no name of a class or a file is read as an element; pieces,
 * and lists of pieces, are taken as they are; undefined is nothing.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.map((text, i) => text + (i < parts.length ? shown(parts[i]) : '')).join('') }
}

/** Text that is markup already, such as a drawing. */
export function raw(markup: string): Markup {
  return { markup }
}

function shown(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return 'markup' in part ? part.markup : part.map(shown).join('')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
