import { type Circuit, type Summary, wireOf } from './circuit.ts'

/** A number with five significant digits, without zeros at its end: `0.19661`, `-4`, `1.2e-9`. */
export function showNumber(x: number): string {
  return Number.isFinite(x) ? String(Number(x.toPrecision(5))) : String(x)
}

/** Up to four numbers as they are, more of them as their norm. */
export function describeSummary(summary: Summary | undefined): string {
  if (summary === undefined) return 'none'
  const { values, norm } = summary
  if (values !== undefined && values.length <= 4) return values.map(showNumber).join(' ')
  return `‖${showNumber(norm)}‖`
}

/** True where a tensor is drawn as shape, norm and histogram and not as numbers. */
export function isBig({ values }: Summary): boolean {
  return values === undefined || values.length > 4
}

/** What a wire is called in text: an input by its path, a constant by its number, the rest by a number sign. */
export function nameOfWire(circuit: Circuit, id: number): string {
  const { kind, name, value } = wireOf(circuit, id)
  if (kind === 'input') return name
  if (kind === 'constant') return isBig(value) ? `constant [${value.shape}]` : describeSummary(value)
  return `#${id}`
}
