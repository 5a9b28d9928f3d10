import { disposeTree, type Tree, treeMapWithPath } from '@gg/core'
import type { ModelWithStats } from '@gg/models'
import { tensor } from '@tensorflow/tfjs-core'

/** The formula of vectors/models-deep.py repeats itself after so many numbers. */
export const PERIOD = 65521

const tables = new Map<number, Float64Array>()

/** One period of the numbers of a seed. */
export function table(seed: number): Float64Array {
  const known = tables.get(seed)
  if (known !== undefined) return known
  const number = (_: unknown, i: number) => (((31 * i * i + 24001 * i + 104729 * seed) % PERIOD) - 32760) * 2 ** -15
  const made = Float64Array.from({ length: PERIOD }, number)
  tables.set(seed, made)
  return made
}

/** Weights by the formula of vectors/models-deep.py, in the structure and shapes that `init` makes. */
export function formulaParams<P extends Tree>(
  model: ModelWithStats<P>,
  { gain, damped }: { readonly gain: number; readonly damped: string },
): P {
  const made = model.init(0)
  const params = treeMapWithPath((path, { shape, size }) => {
    const fanIn = shape.slice(0, -1).reduce((product, n) => product * n, 1)
    const kernel = path.endsWith('kernel')
    const scale = kernel ? gain * 2 ** Math.round(Math.log2(Math.sqrt(6 / fanIn))) : 0.25
    const start = path.endsWith('scale') ? (damped !== '' && path.endsWith(damped) ? 0.25 : 1) : 0
    const numbers = table(seedOf(path))
    const values = new Float32Array(size)
    for (let i = 0; i < size; i++) values[i] = start + scale * numbers[i % PERIOD]!
    return tensor(values, shape)
  }, made)
  disposeTree(made)
  return params
}

function seedOf(path: string): number {
  const hash = Array.from(new TextEncoder().encode(path)).reduce(
    (h, byte) => Math.imul(h ^ byte, 0x01000193),
    0x811c9dc5,
  )
  return (hash >>> 0) % PERIOD
}
