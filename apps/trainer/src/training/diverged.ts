import { namedLeaves, type Tree } from '@gg/core'
import { type ImageBatch, toTensors } from '@gg/data'
import type { Sites } from '@gg/models'
import { clone, keep, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { TrainingError } from '../training-error.ts'
import type { GradientProblem, Weights } from './part-gradient.ts'

/** What helps against divergence, in the words of settings and options alike. */
const REMEDY = 'A lower learning rate (--lr) or shorter gradients (clipByGlobalNorm(1)+... in --optimizer) may help.'

/** The error of a loss that is no finite number. */
export function diverged(what: string): TrainingError {
  return new TrainingError('DIVERGED', `Training diverged: ${what}. ${REMEDY}`)
}

/**
 * Says where the numbers of a batch stop being finite: at weights, which an earlier update broke; at running statistics;
 * or at the first site of the forward pass.
 *
 * Memory: borrows everything; nothing is left.
 */
export async function whereNotFinite(
  { model, normalization }: Pick<GradientProblem, 'model' | 'normalization'>,
  { params, stats }: Weights,
  batch: ImageBatch,
  dropoutSeed: number,
): Promise<string> {
  const weights = await brokenLeaves(params)
  // The gradient comes from the end of the network, so what is broken nearest to the end was broken first.
  const last = weights.at(-1)
  if (last !== undefined) {
    const others = weights.length === 1 ? '' : `, and ${weights.length - 1} more before it`
    return `the weights ${last} have not been finite since the update before${others}`
  }
  const [statistics] = await brokenLeaves(stats)
  if (statistics !== undefined) return `the running statistics ${statistics} are not finite`
  // Read when the forward pass is done: on WebGPU nothing can be read before.
  const seen: { readonly name: string; readonly features: Tensor }[] = []
  const probe: Sites = {
    available: model.sites,
    names: model.sites,
    at: (name, features) => {
      seen.push({ name, features: keep(clone(features)) })
      return features
    },
    state: {},
    save: () => Promise.resolve({}),
    restore: () => {},
    dispose: () => {},
  }
  try {
    tidy(() => {
      const { images } = toTensors(batch, normalization)
      model.applyWithStats(params, stats, images, { training: true, sites: probe, dropoutSeed })
    })
    for (const { name, features } of seen) {
      if (!(await features.data()).every(Number.isFinite))
        return `the first features that are not finite are those at ${name}`
    }
  } finally {
    for (const { features } of seen) features.dispose()
  }
  return 'all features are finite, so it is the loss itself'
}

async function brokenLeaves(tree: Tree): Promise<readonly string[]> {
  const broken: string[] = []
  for (const [path, leaf] of namedLeaves(tree)) {
    if (!(await leaf.data()).every(Number.isFinite)) broken.push(path)
  }
  return broken
}
