import type { Tree } from '@gg/core'
import { type Tensor, type Tensor1D, tensor } from '@tensorflow/tfjs-core'
import type { BatchStats } from './batch-stats.ts'
import { floatData } from './float-data.ts'
import type { ModelWithStats } from './model.ts'
import { ModelError } from './model-error.ts'
import { nest } from './nest.ts'
import { readSafetensors } from './read-safetensors.ts'
import type { SafetensorsEntry } from './safetensors-format.ts'
import type { Weights } from './save-weights.ts'
import { fromTorch } from './torch-layout.ts'
import { type WeightSlot, type WeightsNaming, weightSlots } from './weight-names.ts'

/** What is wrong with a file of weights: the `cause` of the error. */
export interface WeightsMismatch {
  /** Names that the model has and the file has not. */
  readonly missing: readonly string[]
  /** Names that the file has and the model has not. */
  readonly unexpected: readonly string[]
  /** Tensors of another shape, or of integers. */
  readonly misshaped: readonly string[]
}

/**
 * Makes a model's weights of a safetensors file: one of `saveWeights`, or with `naming: 'pytorch'` a state dictionary
 * of PyTorch. torchvision's and timm's `resnet18` and `resnet50` fit `resnet18()` and `resnet50()` as they are.
 *
 * | here | there |
 * | --- | --- |
 * | `conv1/kernel`, `conv1/bias` | `conv1.weight`, `conv1.bias` |
 * | `conv1/normalization/scale`, `.../offset` | `bn1.weight`, `bn1.bias` |
 * | statistics of `conv1`: mean, variance | `bn1.running_mean`, `bn1.running_var` |
 * | `stage2/block1/conv1/kernel` | `layer2.0.conv1.weight` |
 * | `stage2/block1/shortcut/kernel`, `.../normalization/...` | `layer2.0.downsample.0.weight`, `layer2.0.downsample.1...` |
 * | `logits/kernel` | `fc.weight` |
 * | any other `a/b/kernel`, `a/b/normalization/scale` | `a.b.weight`, `a.b.normalization.weight` |
 *
 * Kernels `[height, width, in, out]` are `[out, in, height, width]` there, dense ones `[in, out]` are `[out, in]`, and
 * a dense layer behind maps reads them channel by channel. `num_batches_tracked`, which only PyTorch's cumulative
 * averages need, is passed over. float64, float16 and bfloat16 become float32.
 *
 * Memory: the tensors are new and the caller's; nothing is left behind, on error paths too.
 *
 * @param model - The model that is to have the weights.
 * @param bytes - The whole file.
 * @param options - Naming.
 * @throws ModelError `INVALID_FILE` for a file that is damaged; `WEIGHTS_MISMATCH` for one of another model, naming
 *   what is missing, unexpected and of another shape, with all of it as `cause` (`WeightsMismatch`);
 *   `INVALID_ARGUMENT` for an unknown naming, or a `rename` that makes two names one.
 *
 * @example See {@link saveWeights}.
 */
export function loadWeights<P extends Tree>(
  model: ModelWithStats<P>,
  bytes: Uint8Array,
  options: WeightsNaming = {},
): Weights<P> {
  const slots = weightSlots('loadWeights', model, options)
  const { tensors } = readSafetensors(bytes)
  checkEntries(model.name, slots, tensors, options.naming === 'pytorch')
  const shapes = new Map<string, readonly number[]>(
    model.rows.flatMap(({ path, params }) =>
      Object.entries(params).map(([key, { shape }]) => [`${path}/${key}`, shape] as const),
    ),
  )
  const made = (slot: WeightSlot): Tensor => {
    const data = floatData(tensors.get(slot.name) as SafetensorsEntry) ?? new Float32Array()
    return tensor(fromTorch(data, slot.layout), [...(shapes.get(slot.path) ?? slot.layout.from)])
  }
  const of = (wanted: WeightSlot['kind']) => slots.filter(({ kind }) => kind === wanted)
  const vectors = (kind: 'mean' | 'variance') => of(kind).map((slot) => [slot.path, made(slot) as Tensor1D] as const)
  const variances = new Map(vectors('variance'))
  const stats: BatchStats = Object.fromEntries(
    vectors('mean').map(([path, mean]) => [path, { mean, variance: variances.get(path) ?? mean }] as const),
  )
  // Names and shapes have been held against the model's, so the type is right.
  return { params: nest(of('param').map((slot) => [slot.path, made(slot)])) as P, stats }
}

function checkEntries(
  model: string,
  slots: readonly WeightSlot[],
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  torch: boolean,
): void {
  const known = new Set(slots.map(({ name }) => name))
  const counter = (name: string): boolean => torch && name.endsWith('.num_batches_tracked')
  const problems: WeightsMismatch = {
    missing: slots.flatMap(({ name }) => (tensors.has(name) ? [] : [name])),
    unexpected: [...tensors.keys()].filter((name) => !known.has(name) && !counter(name)),
    misshaped: slots.flatMap(({ name, layout }) => misshaped(name, layout.shape, tensors.get(name))),
  }
  const texts = Object.entries(problems).flatMap(([kind, names]: [string, readonly string[]]) => listed(kind, names))
  if (texts.length === 0) return
  throw new ModelError(
    'WEIGHTS_MISMATCH',
    `loadWeights: \`bytes\` must hold the weights of this ${model}, got ${texts.join('; ')}. Make the model with the ` +
      'options it was trained with, and say whose names the file has: { naming, rename }.',
    { cause: problems },
  )
}

function misshaped(name: string, shape: readonly number[], entry: SafetensorsEntry | undefined): readonly string[] {
  if (entry === undefined) return []
  const float = ['F32', 'F64', 'F16', 'BF16'].includes(entry.dtype)
  if (float && String(entry.shape) === String(shape)) return []
  return [`${name} (${entry.dtype} [${entry.shape}] where a float [${shape}] is expected)`]
}

/** The first names of a kind: a model of another make would fill a screen. */
function listed(kind: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return []
  const more = names.length > 8 ? `, and ${names.length - 8} more` : ''
  return [`${kind}: ${names.slice(0, 8).join(', ')}${more}`]
}
