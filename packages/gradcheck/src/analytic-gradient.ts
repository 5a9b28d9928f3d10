import { disposeTree, type Tree, treeLeaves, valueAndGrad } from '@gg/core'
import { mul, type Scalar, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { GradientCheckError } from './gradient-check-error.ts'
import type { LeafValues, Objective } from './objective.ts'

/** tfjs' own gradient of `f`, in the form in which one written by hand is given. */
export function differentiate<P extends Tree>(f: (inputs: P) => Tensor): (inputs: P, dy: Tensor) => P {
  return (inputs, dy) => valueAndGrad((params: P) => sum(mul(f(params), dy)) as Scalar)(inputs).grads
}

/** The gradient of the objective, leaf by leaf, as plain numbers. */
export function analyticGradient<P extends Tree>(
  gradient: (inputs: P, dy: Tensor) => P,
  inputs: P,
  { weights, outputShape, leaves }: Objective,
): readonly Float32Array[] {
  const found: Float32Array[] = []
  tidy(() => {
    const gradients = gradient(inputs, tensor(weights, [...outputShape]))
    found.push(...treeLeaves(gradients).map((leaf) => Float32Array.from(leaf.dataSync())))
    disposeTree(gradients)
  })
  const wrong = leaves.findIndex(({ values }, i) => values.length !== found[i]?.length)
  if (wrong < 0) return found
  const { path, shape } = leaves[wrong] as LeafValues
  throw new GradientCheckError(
    'INVALID_ARGUMENT',
    `checkGradient: \`gradient\` must return a tree like the inputs, got ${found[wrong]?.length ?? 'no'} numbers for ` +
      `[${shape}] at '${path}'.`,
  )
}
