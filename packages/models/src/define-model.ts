import { type Tree, treeLeaves } from '@gg/core'
import { type Tensor, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { checkSize } from './check-size.ts'
import type { Sites } from './create-sites.ts'
import type { ApplyOptions, ImageShape, Model } from './model.ts'
import { ModelError } from './model-error.ts'

/** Marks a feature map with the name of its site; the identity unless sites were passed for training. */
export type At<N extends string> = <T extends Tensor>(name: N, features: T) => T

/** A model as its author writes it: naively, without a thought for memory or for what users get wrong. */
export interface ModelDefinition<P extends Tree, N extends string> {
  readonly name: string
  readonly inputShape: ImageShape
  readonly classes: number
  readonly sites: readonly N[]
  init(seed: number): P
  forward(params: P, x: Tensor4D, at: At<N>): Tensor2D
}

/** Makes a model of its definition: arguments are checked, intermediate tensors disposed, sites called by name. */
export function defineModel<P extends Tree, N extends string>({
  init,
  forward,
  ...rest
}: ModelDefinition<P, N>): Model<P> {
  const { name, inputShape, sites } = rest
  return {
    ...rest,
    init: (seed) => {
      const made: P[] = []
      // The scope disposes what the first layers got if a later one throws.
      tidy(() => {
        const params = init(seed)
        made.push(params)
        return [...treeLeaves(params)]
      })
      return made[0] as P
    },
    apply: (params, x, options = {}) => {
      checkInput(name, inputShape, x)
      const active = activeSites(name, sites, options)
      const at: At<N> = (site, features) => (active === undefined ? features : active.at(site, features))
      // Without a name: inside a scope that bears a kernel's name, tfjs drops custom gradients.
      return tidy(() => forward(params, x, at))
    },
  }
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
