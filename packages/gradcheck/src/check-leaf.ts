import type { Probe } from './create-probe.ts'
import type { GradientProbe, LeafReport } from './gradient-report.ts'
import type { LeafValues } from './objective.ts'
import { randomSigns } from './random-signs.ts'

/** Probes one tensor: along its gradient, along random directions, and number by number. */
export function checkLeaf(
  { path, shape, values }: LeafValues,
  gradient: Float32Array,
  probe: Probe,
  work: { readonly entries: number; readonly directions: number; readonly uniform: () => number },
): LeafReport {
  const { entries, directions, uniform } = work
  const size = values.length
  const probes: GradientProbe[] = []
  if (size > 1) {
    if (gradient.some((g) => g !== 0 && !Number.isNaN(g))) probes.push(probe('gradient', gradient.map(Math.sign)))
    for (let i = 0; i < directions; i++) probes.push(probe('direction', randomSigns(size, uniform)))
  }
  for (const i of chosenEntries(size, entries, uniform)) {
    const direction = new Float32Array(size)
    direction[i] = 1
    probes.push(probe('entry', direction, unravel(i, shape)))
  }
  // The probe along the gradient has most signal, a number by itself has its own.
  const [first] = probes
  const largest = first === undefined ? 0 : Math.max(Math.abs(first.analytic), Math.abs(first.numeric))
  return { path, shape, probes, resolution: largest === 0 ? 0 : (first?.uncertainty ?? 0) / largest }
}

function chosenEntries(size: number, count: number, uniform: () => number): readonly number[] {
  if (size <= count) return Array.from({ length: size }, (_, i) => i)
  const chosen = new Set<number>()
  while (chosen.size < count) chosen.add(Math.floor(uniform() * size))
  return [...chosen].sort((a, b) => a - b)
}

function unravel(flat: number, shape: readonly number[]): readonly number[] {
  let rest = flat
  const index = [...shape].reverse().map((size) => {
    const i = rest % size
    rest = (rest - i) / size
    return i
  })
  return index.reverse()
}
