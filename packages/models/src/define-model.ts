import { type Tree, treeLeaves } from '@gg/core'
import {
  clone,
  ones,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import type { BatchStats } from './batch-stats.ts'
import { checkSize } from './check-size.ts'
import type { Sites } from './create-sites.ts'
import { describeNet, type NetRow } from './describe-net.ts'
import type { ApplyOptions, ImageShape, LogitsAndStats, Model, ModelFor } from './model.ts'
import { ModelError } from './model-error.ts'
import { nest } from './nest.ts'
import type { Build } from './net.ts'
import { createRandom } from './random.ts'
import { runNet } from './run-net.ts'
import type { ActingSite } from './unfinished.ts'

/** A model as its author writes it: naively, without a thought for memory or for what users get wrong. */
export interface ModelDefinition {
  readonly name: string
  readonly inputShape: ImageShape
  readonly classes: number
  readonly build: Build
}

/**
 * Makes a model of its definition: arguments are checked, intermediate tensors disposed, sites called by name.
 *
 * @typeParam P - What `nest` makes of the parameters' paths, in the words of a type.
 */
export function defineModel<P extends Tree, B extends boolean>({
  name,
  inputShape,
  classes,
  build,
}: ModelDefinition): ModelFor<P, B> {
  const rows = describeNet(name, inputShape, build)
  const sites = rows.flatMap(({ site }) => site ?? [])

  const run = (params: P, stats: BatchStats, x: Tensor4D, options: ApplyOptions): LogitsAndStats => {
    checkInput(name, inputShape, x)
    const active = activeSites(name, sites, options)
    const { training = false, dropoutSeed } = options
    const names = new Set(active?.names)
    const acting = (site: string): ActingSite | undefined =>
      active === undefined || !names.has(site)
        ? undefined
        : { at: (features) => active.at(site, features), through: active.throughRelu?.(site) }
    const result = runNet(build, x, { rows, params, stats, training, dropoutSeed, acting })
    return { logits: result.output as Tensor2D, stats: result.stats }
  }
  const model: Model<P> = {
    name,
    inputShape,
    classes,
    sites,
    rows,
    init: (seed) => made(() => nest(rows.flatMap((row) => drawn(row, seed))) as P),
    initStats: () => made(() => Object.fromEntries(rows.flatMap(initialStats))),
    applyWithStats: (params, stats, x, options = {}) =>
      made(() => {
        const { logits, stats: after } = run(params, stats, x, options)
        // Outside training the statistics are those of the caller, who would dispose them twice.
        return options.training ? { logits, stats: after } : { logits, stats: copied(after) }
      }),
    // Without a name: inside a scope that bears a kernel's name, tfjs drops custom gradients.
    apply: (params, x, options = {}) => tidy(() => run(params, {}, x, options).logits),
  }
  if (rows.every(({ normalized }) => normalized === undefined)) return model
  const { apply: _, ...withStats } = model
  return withStats as ModelFor<P, B>
}

/** Refuses sizes that no model can have, before a layer is made of them. */
export function checkModelSizes(name: string, inputShape: ImageShape, classes: number): void {
  if (inputShape.length !== 3) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `${name}: \`inputShape\` must be [height, width, channels], got [${inputShape}].`,
    )
  }
  for (const size of inputShape) checkSize(name, 'inputShape', size)
  checkSize(name, 'classes', classes)
}

/** Lets the tensors of a result live on, and disposes all else that its making left, also when it throws. */
function made<T extends Tree>(make: () => T): T {
  const results: T[] = []
  tidy(() => {
    const result = make()
    results.push(result)
    return [...treeLeaves(result)]
  })
  return results[0] as T
}

function drawn({ path, params }: NetRow, seed: number): (readonly [string, Tensor])[] {
  return Object.entries(params).map(([name, { shape, initializer }]) => {
    const full = `${path}/${name}`
    return [full, initializer(shape, createRandom(seed, full))] as const
  })
}

function initialStats({ path, normalized }: NetRow): (readonly [string, BatchStats[string]])[] {
  if (normalized === undefined) return []
  const filled = (fill: typeof ones): Tensor1D => fill<Tensor1D['rankType']>([normalized])
  return [[path, { mean: filled(zeros), variance: filled(ones) }]]
}

function copied(stats: BatchStats): BatchStats {
  return Object.fromEntries(
    Object.entries(stats).map(([path, { mean, variance }]) => [path, { mean: clone(mean), variance: clone(variance) }]),
  )
}

function checkInput(name: string, inputShape: ImageShape, x: Tensor4D): void {
  if (x.rank !== 4 || inputShape.some((size, i) => x.shape[i + 1] !== size)) {
    throw new ModelError(
      'SHAPE_MISMATCH',
      `apply: \`x\` must be [batch, ${inputShape.join(', ')}] for ${name}, got [${x.shape.join(', ')}].`,
    )
  }
  if (x.dtype === 'float32') return
  throw new ModelError(
    'INVALID_ARGUMENT',
    `apply: \`x\` must be float32 for ${name}, got ${x.dtype}. Use cast(x, 'float32'), and scale bytes by 1/255.`,
  )
}

/** The sites that act in this call. */
function activeSites(name: string, available: readonly string[], { training, sites }: ApplyOptions): Sites | undefined {
  if (sites === undefined) return undefined
  if (training === undefined) {
    // With either default someone would be surprised in silence: a gate that never acts, or an evaluation that pays.
    throw new ModelError(
      'INVALID_ARGUMENT',
      'apply: `training` must be given with `sites`, got undefined. Pass { training: true, sites } in the loss, ' +
        'and { training: false, sites } or nothing to evaluate.',
    )
  }
  if (String(sites.available) !== String(available)) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `apply: \`sites\` must be those of this ${name}, got {${sites.available}}. Use createSites(model.sites, ...).`,
    )
  }
  return training ? sites : undefined
}
