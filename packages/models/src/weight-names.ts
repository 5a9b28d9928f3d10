import type { NetRow } from './describe-net.ts'
import type { ModelWithStats } from './model.ts'
import { ModelError } from './model-error.ts'
import { layoutOf, type TorchLayout } from './torch-layout.ts'

/** How the tensors of a file are named and laid out. */
export interface WeightsNaming {
  /**
   * `'gg'`, paths and layouts of this package, by default; or `'pytorch'`, the names that torchvision and timm give a
   * residual network, and PyTorch's layouts.
   */
  readonly naming?: 'gg' | 'pytorch'
  /** Changes the names further, such as `fc.weight` to `linear.weight`; it gets each name of `naming`. */
  readonly rename?: (name: string) => string
}

/** One tensor of a model's weights, in the model and in a file. */
export interface WeightSlot {
  readonly name: string
  readonly layout: TorchLayout
  /** A parameter, or a statistic of the layer at `path`. */
  readonly kind: 'param' | 'mean' | 'variance'
  readonly path: string
}

/** All tensors of a model's weights. `speaker` is the function that speaks in errors. */
export function weightSlots(
  speaker: string,
  model: ModelWithStats,
  { naming = 'gg', rename = (name) => name }: WeightsNaming,
): readonly WeightSlot[] {
  if (naming !== 'gg' && naming !== 'pytorch') {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `${speaker}: \`naming\` must be one of 'gg' and 'pytorch', got '${naming}'.`,
    )
  }
  const torch = naming === 'pytorch'
  const slots = model.rows.flatMap((row) => slotsOf(row, torch)).map((slot) => ({ ...slot, name: rename(slot.name) }))
  const names = new Set<string>()
  for (const { name } of slots) {
    if (names.has(name)) {
      throw new ModelError('INVALID_ARGUMENT', `${speaker}: \`rename\` must keep names apart, got '${name}' twice.`)
    }
    names.add(name)
  }
  return slots
}

function slotsOf({ path, params, normalized }: NetRow, torch: boolean): readonly WeightSlot[] {
  const slots: WeightSlot[] = Object.entries(params).map(([key, spec]) => {
    const full = `${path}/${key}`
    const name = torch ? `${torchModule(path, key.startsWith('normalization/'))}.${spec.torchName}` : full
    return { name, layout: layoutOf(spec, torch), kind: 'param', path: full }
  })
  if (normalized === undefined) return slots
  const layout = { shape: [normalized], from: [normalized], axes: [0] }
  for (const [kind, theirs] of [
    ['mean', 'running_mean'],
    ['variance', 'running_var'],
  ] as const) {
    const name = torch ? `${torchModule(path, true)}.${theirs}` : `${path}/normalization/${kind}`
    slots.push({ name, layout, kind, path })
  }
  return slots
}

/** The module of a layer in PyTorch, or of the batch norm behind it; see `loadWeights` for the map. */
function torchModule(path: string, normalization: boolean): string {
  const module = path
    .replace(/^logits$/, 'fc')
    .replace(/stage(\d+)\/block(\d+)\//, (_, stage, block) => `layer${stage}.${Number(block) - 1}.`)
    .replaceAll('/', '.')
  if (module.endsWith('shortcut')) return module.replace(/shortcut$/, normalization ? 'downsample.1' : 'downsample.0')
  if (!normalization) return module
  return /conv\d+$/.test(module) ? module.replace(/conv(\d+)$/, 'bn$1') : `${module}.normalization`
}
