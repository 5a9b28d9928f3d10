import type { Tree } from '@gg/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { BatchStats } from './batch-stats.ts'
import type { ModelWithStats } from './model.ts'
import { ModelError } from './model-error.ts'
import { atPath } from './nest.ts'
import type { SafetensorsEntry } from './safetensors-format.ts'
import { toTorch } from './torch-layout.ts'
import { type WeightSlot, type WeightsNaming, weightSlots } from './weight-names.ts'
import { writeSafetensors } from './write-safetensors.ts'

/** Parameters and running statistics of a model. */
export type Weights<P extends Tree = Tree> = {
  readonly params: P
  /** `{}` for a model without batch norm. */
  readonly stats: BatchStats
}

/** Options of `saveWeights`. */
export interface SaveWeightsOptions extends WeightsNaming {
  /** Text to go with the weights; `{ format: 'pt' }` by default with PyTorch's naming, which some of its readers ask for. */
  readonly metadata?: { readonly [name: string]: string }
}

/**
 * Makes a safetensors file of a model's weights, all float32. With `naming: 'pytorch'` the file is one that
 * `safetensors.torch.load_file` reads into a dictionary for `load_state_dict`; the map is that of `loadWeights`. Where
 * `saveState` of `@gg/core` copies any state for a program of ours, this is for other programs too.
 *
 * Memory: borrows the weights. Reads the values back from the backend.
 *
 * @param model - The model whose weights they are.
 * @param weights - Parameters, and the running statistics of a model with batch norm.
 * @param options - Naming and metadata.
 * @returns The bytes of the file.
 * @throws ModelError `SHAPE_MISMATCH` for weights of another model; `INVALID_ARGUMENT` for an unknown naming, or a
 *   `rename` that makes two names one.
 *
 * @example
 * ```ts
 * import { lenet, loadWeights, readSafetensors, saveWeights } from '@gg/models'
 *
 * const model = lenet()
 * const file = await saveWeights(model, { params: model.init(0), stats: {} }, { naming: 'pytorch' })
 * console.log(file.length, readSafetensors(file).tensors.get('dense1.weight')?.shape) // → 247600 [ 120, 400 ]
 * console.log(loadWeights(model, file, { naming: 'pytorch' }).params.conv1.kernel.shape) // → [ 5, 5, 1, 6 ]
 * ```
 */
export async function saveWeights<P extends Tree>(
  model: ModelWithStats<P>,
  { params, stats }: Weights<P>,
  options: SaveWeightsOptions = {},
): Promise<Uint8Array> {
  const slots = weightSlots('saveWeights', model, options)
  const tensors = slots.map((slot) => found(slot, params, stats))
  const entries = slots.map(async ({ name, layout }, i) => {
    const data = toTorch((await tensors[i]?.data()) as Float32Array, layout)
    const bytes = new Uint8Array(data.buffer)
    return [name, { dtype: 'F32', shape: layout.shape, bytes } satisfies SafetensorsEntry] as const
  })
  const { naming, metadata = naming === 'pytorch' ? { format: 'pt' } : {} } = options
  return writeSafetensors(new Map(await Promise.all(entries)), metadata)
}

function found({ kind, path, layout: { from } }: WeightSlot, params: Tree, stats: BatchStats): Tensor {
  const tensor = (kind === 'param' ? atPath(params, path) : stats[path]?.[kind]) as Tensor | undefined
  const size = from.reduce((product, n) => product * n, 1)
  if (tensor?.size === size && tensor.dtype === 'float32') return tensor
  throw new ModelError(
    'SHAPE_MISMATCH',
    `saveWeights: \`weights\` must have ${size} float32 numbers at '${kind === 'param' ? path : `${path}/${kind}`}', ` +
      `got ${tensor?.shape ? `${tensor.dtype} [${tensor.shape}]` : 'nothing'}. Pass params and stats of this very model.`,
  )
}
