import { namedLeaves, type Tree, treeUnflatten } from '@gg/core'
import { getBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { GradientCheckError } from './gradient-check-error.ts'
import { createUniform } from './random-signs.ts'

/** A leaf of the inputs as plain numbers. */
export interface LeafValues {
  readonly path: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/**
 * A function of tensors made a function of plain numbers with one plain number as its value: `Σ_k w_k · f_k(x)`, summed
 * in float64, so that a float32 sum over many outputs adds no rounding of its own.
 */
export interface Objective {
  readonly leaves: readonly LeafValues[]
  /** The weights `w` of the outputs, and the outputs' shape. */
  readonly weights: Float32Array
  readonly outputShape: readonly number[]
  /** Rounding that no computation in float32 avoids: half a unit in the last place of each output. */
  readonly roundingFloor: number
  /** The value with the numbers of one leaf replaced; without arguments, at the inputs themselves. */
  readonly at: (leaf?: number, values?: Float32Array) => number
}

/** How the outputs are weighted: all alike, or by numbers in ±[1/2, 1] that no symmetry of `f` cancels. */
export type OutputWeights = 'ones' | 'random'

/**
 * Makes the objective of `f` at `inputs`. Borrows the inputs, keeps no tensors.
 *
 * @throws GradientCheckError `SYNCHRONOUS_READ` on webgpu outside of browsers.
 */
export function createObjective<P extends Tree>(
  name: string,
  f: (inputs: P) => Tensor,
  inputs: P,
  outputWeights: OutputWeights,
): Objective {
  if (getBackend() === 'webgpu' && !('OffscreenCanvas' in globalThis)) {
    // tfjs would warn on the console and then miss the canvas by which it reads in a browser.
    throw new GradientCheckError(
      'SYNCHRONOUS_READ',
      `${name}: the backend must let values be read synchronously, got webgpu. Check on another, for instance after ` +
        "`await tf.setBackend('cpu')`; traceGradient works on webgpu.",
    )
  }
  const named = namedLeaves(inputs)
  const leaves = named.map(([path, leaf]) => {
    if (leaf.dtype !== 'float32') {
      throw new GradientCheckError(
        'INVALID_ARGUMENT',
        `${name}: \`inputs\` must be float32, got ${leaf.dtype} at '${path}'. Close over what is not differentiated.`,
      )
    }
    return { path, shape: leaf.shape, values: Float32Array.from(leaf.dataSync()) }
  })
  const run = (
    replaced = -1,
    values?: Float32Array,
  ): { readonly shape: readonly number[]; readonly data: Float32Array } => {
    const outputs: { readonly shape: readonly number[]; readonly data: Float32Array }[] = []
    tidy(() => {
      const tensors = named.map(([, leaf], i) => (i === replaced && values ? tensor(values, leaf.shape) : leaf))
      const output = f(treeUnflatten(inputs, tensors))
      outputs.push({ shape: output.shape, data: Float32Array.from(output.dataSync()) })
    })
    return outputs[0] as { readonly shape: readonly number[]; readonly data: Float32Array }
  }
  const { shape, data } = run()
  const uniform = createUniform(data.length)
  const weights = data.map(() => (outputWeights === 'ones' || data.length === 1 ? 1 : weight(uniform())))
  const floor = Math.sqrt(data.reduce((total, y, k) => total + (y * (weights[k] as number)) ** 2, 0)) * 2 ** -24
  return {
    leaves,
    weights,
    outputShape: shape,
    roundingFloor: floor,
    at: (leaf, values) => run(leaf, values).data.reduce((total, y, k) => total + y * (weights[k] as number), 0),
  }
}

function weight(uniform: number): number {
  return Math.fround(uniform < 0.5 ? uniform - 1 : uniform)
}
