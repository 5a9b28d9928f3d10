import { namedLeaves, type Tree } from '@gg/core'
import { type ImageBatch, toTensors } from '@gg/data'
import type { Sites } from '@gg/models'
import { tidy } from '@tensorflow/tfjs-core'
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
  let first: string | undefined
  const probe: Sites = {
    available: model.sites,
    names: model.sites,
    at: (name, features) => {
      // Read at once: it is the last thing that this run does.
      if (first === undefined && !features.dataSync().every(Number.isFinite)) first = name
      return features
    },
    state: {},
    save: () => Promise.resolve({}),
    restore: () => {},
    dispose: () => {},
  }
  tidy(() => {
    const { images } = toTensors(batch, normalization)
    model.applyWithStats(params, stats, images, { training: true, sites: probe, dropoutSeed })
  })
  return first === undefined
    ? 'all features are finite, so it is the loss itself'
    : `the first features that are not finite are those at ${first}`
}

async function brokenLeaves(tree: Tree): Promise<readonly string[]> {
  const broken: string[] = []
  for (const [path, leaf] of namedLeaves(tree)) {
    if (!(await leaf.data()).every(Number.isFinite)) broken.push(path)
  }
  return broken
}
