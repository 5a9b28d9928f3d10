import type { Tensor } from '@tensorflow/tfjs-core'
import { ModelError } from './model-error.ts'

/** A layer with parameters: how they start, and what is done with them. */
export interface Layer<P, X extends Tensor> {
  /** Parameters from a seed; they are the caller's. */
  init(seed: number): P
  /** The layer's output. Checks the parameters; leaves its intermediate tensors to the scope around it. */
  apply(params: P | undefined, x: X): X
}

/** Parameters of another model would broadcast, or fail deep in a kernel with a message about something else. */
export function checkedParams<P extends { readonly kernel: Tensor; readonly bias: Tensor }>(
  name: string,
  params: P | undefined,
  shapes: { readonly kernel: readonly number[]; readonly bias: readonly number[] },
): P {
  const problem = (['kernel', 'bias'] as const).find((part) => String(params?.[part]?.shape) !== String(shapes[part]))
  if (params !== undefined && problem === undefined) return params
  const part = problem ?? 'kernel'
  const found = params?.[part]?.shape
  throw new ModelError(
    'SHAPE_MISMATCH',
    `apply: \`params\` must have [${shapes[part]}] at '${name}/${part}', got ${found ? `[${found}]` : 'nothing'}. ` +
      'Pass what init of this very model returned, or weights of the same shapes.',
  )
}
