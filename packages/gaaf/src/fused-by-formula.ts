import { fusedKernel } from '@gg/core'
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core'
import type { Acceleration } from './accelerate-options.ts'
import { formulaOf } from './shape-formula.ts'

/** One pass over memory where activation and shape are known to a kernel, else `plain`. */
export function fusedByFormula(
  kernel: string,
  { name, shape, K, form }: Acceleration,
  inputs: NamedTensorMap,
  strength: number,
  plain: () => Tensor[],
): Tensor[] {
  const formula = formulaOf(shape)
  if (name === undefined || formula === undefined) return plain()
  const [kind, a, b] = formula
  const attrs = { activation: name, shape: kind, a, b, strength, K, literal: form === 'literal' }
  return fusedKernel(kernel, inputs, attrs, plain)
}
