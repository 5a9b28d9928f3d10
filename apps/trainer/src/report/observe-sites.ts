import { chain, disposeTree } from '@gg/core'
import { batches, type ImageBatch } from '@gg/data'
import { gradientFlow, keptFraction, type SummaryRow, saturation, summarize } from '@gg/diagnostics'
import { createSites, type Sites } from '@gg/models'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Images } from '../names/datasets.ts'
import { nextTurn } from '../training/next-turn.ts'
import { type GradientProblem, partGradient, type Weights } from '../training/part-gradient.ts'
import type { FlowNumbers, SiteObservation } from './report-lines.ts'

/** How many images are looked at, at least, if there are as many. */
const IMAGES = 256

/** What is looked at, and with which weights. */
export interface ObserveSitesOptions {
  /** The network and its loss; its sites are the ones that are observed, and their states are left as they are. */
  readonly problem: GradientProblem
  /** Sites made as those of the problem, whose states are overwritten; nothing where nothing is shaped. */
  readonly twin: Sites | undefined
  readonly weights: Weights
  /** The first of these are looked at, as they are. */
  readonly images: Images
  /** Images of a step, over which the loss is the mean. */
  readonly batchSize: number
  /** In how many parts the gradient of a step is computed. */
  readonly accumulate?: number
}

/** How many images were looked at, and what was seen. */
export interface ObservedSites {
  readonly images: number
  readonly sites: readonly SiteObservation[]
}

/**
 * Looks at the gradients of some training images at the sites of a model: in front of every activation, wherever something
 * shapes them, and at the logits.
 *
 * It is a look from outside: weights, statistics and the states of the sites stay as they are, so a run goes on bit for bit
 * as one that nobody looked at, and what is seen depends on the weights and these states alone.
 */
export async function observeSites(options: ObserveSitesOptions): Promise<ObservedSites> {
  const { problem, twin, weights, images, batchSize, accumulate = 1 } = options
  const { model } = problem
  if (twin !== undefined && problem.sites !== undefined) twin.restore(await problem.sites.save())
  const names = observedSites(model.sites, problem.sites?.names ?? [])
  const arriving = createSites(
    model.sites,
    Object.fromEntries(names.map((name) => [name, chain(gradientFlow(), keptFraction(), saturation())])),
  )
  const leaving = createSites(
    model.sites,
    Object.fromEntries((twin?.names ?? []).map((name) => [name, chain(gradientFlow(), keptFraction())])),
  )
  // The gradient comes from behind, so it passes the outermost function first.
  const at = <T extends Tensor>(name: string, features: T): T => {
    const shaped = twin === undefined ? features : twin.at(name, leaving.at(name, features))
    return arriving.at(name, shaped)
  }
  try {
    let seen = 0
    for await (const part of someOf(images, batchSize, accumulate)) {
      const gradient = partGradient({ ...problem, sites: { ...arriving, at } }, weights, part, batchSize, 0)
      disposeTree([gradient.loss, gradient.grads, gradient.stats])
      seen += part.size
      await nextTurn()
    }
    const [before, after] = await Promise.all([summarize(arriving.state), summarize(leaving.state)])
    return { images: seen, sites: names.map((name) => observation(name, model.sites, before, after)) }
  } finally {
    arriving.dispose()
    leaving.dispose()
  }
}

/** In the model's order: in front of activations, where something is shaped, and the last one. */
function observedSites(available: readonly string[], shaped: readonly string[]): readonly string[] {
  return available.filter((name, i) => isNet(available, i) || shaped.includes(name) || i === available.length - 1)
}

function isNet(available: readonly string[], i: number): boolean {
  return available[i + 1]?.endsWith('/activation') ?? false
}

async function* someOf(images: Images, batchSize: number, accumulate: number): AsyncGenerator<ImageBatch> {
  const options = { batchSize: Math.max(1, Math.ceil(batchSize / accumulate)), shuffle: false }
  let seen = 0
  for await (const batch of 'read' in images ? batches(images, options) : batches(images, options)) {
    yield batch
    seen += batch.size
    if (seen >= Math.min(IMAGES, images.size)) return
  }
}

function observation(
  name: string,
  available: readonly string[],
  before: readonly SummaryRow[],
  after: readonly SummaryRow[],
): SiteObservation {
  const map = before.find((row) => row.name === name && row.observer === 'saturation')
  if (map?.observer !== 'saturation') throw new Error(`nothing was seen at ${name}`)
  const { edges, fractions, below, above, nan, seen, saturated } = map
  const negative = below + fractions.reduce((sum, part, i) => sum + ((edges[i + 1] ?? 1) <= 0 ? part : 0), 0)
  return {
    name,
    net: isNet(available, available.indexOf(name)),
    flow: flowAt(name, before),
    shaped: after.some((row) => row.name === name) ? flowAt(name, after) : undefined,
    saturated: short(saturated),
    negative: short(negative),
    histogram: {
      range: [edges[0] ?? Number.NaN, edges.at(-1) ?? Number.NaN],
      fractions: fractions.map(short),
      below: short(below),
      above: short(above),
      nan: short(nan),
      count: seen,
    },
  }
}

function flowAt(name: string, rows: readonly SummaryRow[]): FlowNumbers {
  const numbers = { meanAbs: Number.NaN, rms: Number.NaN, norm: Number.NaN, kept: Number.NaN }
  for (const row of rows) {
    if (row.name !== name) continue
    if (row.observer === 'gradientFlow') {
      Object.assign(numbers, { meanAbs: short(row.meanAbs), rms: short(row.rms), norm: short(row.norm) })
    }
    if (row.observer === 'keptFraction') numbers.kept = short(row.keptFraction)
  }
  return numbers
}

/** Five digits: these are statistics of a few images, and there is a line of them for each epoch. */
function short(value: number): number {
  return Number(value.toPrecision(5))
}
