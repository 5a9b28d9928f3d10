import { type Tensor, util } from '@tensorflow/tfjs-core'
import type { BatchStats } from './batch-stats.ts'
import type { NetRow } from './describe-net.ts'
import type { ChannelStats, LayerScope } from './layer.ts'
import { ModelError } from './model-error.ts'
import { atPath } from './nest.ts'
import type { Build } from './net.ts'
import { createRandom } from './random.ts'
import { type ActingSite, type Features, finished, siteOf, sumOf } from './unfinished.ts'

/** What a network runs on. */
export interface NetRun {
  readonly rows: readonly NetRow[]
  readonly params: unknown
  readonly stats: BatchStats
  readonly training: boolean
  readonly dropoutSeed: number | undefined
  /** What acts at a site, if anything does. */
  acting(site: string): ActingSite | undefined
}

/** Sends a tensor through a network; also the running statistics that come of it, of the units that have some. */
export function runNet(
  build: Build,
  input: Tensor,
  { rows, params, stats, training, dropoutSeed, acting }: NetRun,
): { readonly output: Tensor; readonly stats: BatchStats } {
  const steps = rows.values()
  const after = new Map<string, ChannelStats>()
  const next = (): NetRow => steps.next().value as NetRow
  // Features that wait for what follows them go on waiting, unless something has to see them here.
  const mark = ({ site }: NetRow, y: Features): Features => {
    const found = site === undefined ? undefined : acting(site)
    return found === undefined ? y : siteOf(y, found)
  }

  const scope = (row: NetRow): LayerScope => ({
    training,
    param: <T extends Tensor>(name: string): T => {
      const path = `${row.path}/${name}`
      return checked('params', path, atPath(params, path), row.params[name]?.shape ?? []) as T
    },
    get stats() {
      const shape = [row.normalized ?? 0]
      const found = stats[row.path]
      return {
        mean: checked('stats', `${row.path}/mean`, found?.mean, shape) as ChannelStats['mean'],
        variance: checked('stats', `${row.path}/variance`, found?.variance, shape) as ChannelStats['variance'],
      }
    },
    setStats: (value) => after.set(row.path, value),
    random: () => {
      if (dropoutSeed !== undefined) return createRandom(dropoutSeed, `${row.path}/dropout`)
      throw new ModelError(
        'INVALID_ARGUMENT',
        'apply: `dropoutSeed` must be given while training with dropout, got undefined. Pass another number at each ' +
          'step, such as the number of the step.',
      )
    },
  })
  const output = build<Features>({
    input,
    layer: (_, layer, x) => {
      const row = next()
      if (layer.complete !== undefined) return mark(row, layer.complete(x))
      const features = finished(x)
      const y = layer.apply(features, scope(row))
      if (layer.consumes) features.dispose()
      return mark(row, y)
    },
    sum: (_, x, y) => mark(next(), sumOf(x, y)),
  })
  return { output: finished(output), stats: Object.fromEntries(after) }
}

/** Tensors of another model would broadcast, or fail deep in a kernel with a message about something else. */
function checked(argument: 'params' | 'stats', path: string, found: unknown, shape: readonly number[]): Tensor {
  const tensor = found as Tensor | undefined
  if (tensor !== undefined && util.arraysEqual(tensor.shape, shape as number[])) return tensor
  const source = argument === 'params' ? 'init' : 'initStats'
  throw new ModelError(
    'SHAPE_MISMATCH',
    `apply: \`${argument}\` must have [${shape}] at '${path}', got ${tensor?.shape ? `[${tensor.shape}]` : 'nothing'}. ` +
      `Pass what ${source} of this very model returned, or ${argument === 'params' ? 'weights' : 'statistics'} of the ` +
      'same shapes.',
  )
}
