import {
  chain,
  type FeatureSite,
  featureSite,
  type GradientTransformation,
  type SavedState,
  type State,
} from '@gg/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { matchSites } from './match-sites.ts'
import { ModelError } from './model-error.ts'

/** The states of a model's sites as plain data, by the name of the site. */
export type SavedSites = { readonly [name: string]: SavedState }

/** Feature sites of a model, by name, and the owner of their states. */
export interface Sites {
  /** All names that the model has. */
  readonly available: readonly string[]
  /** The names at which a transformation acts, in the model's order; a model asks `at` for no others. */
  readonly names: readonly string[]
  /** The identity on `features`, whose gradient passes through what is at `name`; `features` itself if nothing is. */
  at<T extends Tensor>(name: string, features: T): T
  /**
   * For a layer that does the ReLU behind a site along with its own work: what is at `name` makes this of the gradient of
   * the ReLU's output, if it can tell it from that output. See `transformThroughRelu` of a feature site.
   */
  throughRelu?(name: string): FeatureSite['transformThroughRelu']
  /** The states of the sites that have seen a backward pass, by name. They belong to the sites. */
  readonly state: { readonly [name: string]: State }
  /** A copy of the states as plain data. */
  save(): Promise<SavedSites>
  /** Starts all sites anew, from a copy where it has one. Shapes are checked at the next backward pass. */
  restore(saved: SavedSites): void
  /** Disposes the states. The sites cannot be used afterwards. */
  dispose(): void
}

/**
 * Puts gradient transformations at a model's feature sites, chosen by glob patterns: `*` within a part of a name, `**`
 * over several, `{a,b}`, and what else picomatch knows.
 *
 * Each site that a pattern matches gets a state of its own. Where several match, their transformations are chained
 * in the order in which the patterns are written, as one node of the tape.
 *
 * State: one for each name, see `featureSite`. Memory: owns the states until `dispose()`.
 *
 * @param available - The names of a model, `model.sites`.
 * @param transformations - Transformations by pattern.
 * @throws ModelError `UNKNOWN_SITE` for a pattern that matches no name, listing the names. From the methods:
 *   `UNKNOWN_SITE` for a name the model does not have, `STATE_MISMATCH` for a copy that names sites where nothing is,
 *   `DISPOSED`.
 *
 * @example
 * ```ts
 * import { setToZero, statelessWithTreeMap } from '@gg/core'
 * import { createSites, lenet } from '@gg/models'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const half = statelessWithTreeMap((g) => tf.mul(g, 0.5))
 * const sites = createSites(lenet().sites, { 'conv?/output': half, 'conv1/*': setToZero() })
 * console.log(sites.names) // → [ 'conv1/output', 'conv1/activation', 'conv1/pool', 'conv2/output' ]
 * sites.dispose()
 * ```
 */
export function createSites(
  available: readonly string[],
  transformations: { readonly [pattern: string]: GradientTransformation },
): Sites {
  const chosen = chooseTransformations(available, transformations)
  const known = new Set(available)
  const make = (): ReadonlyMap<string, FeatureSite> =>
    new Map([...chosen].map(([name, tx]) => [name, featureSite(tx)] as const))
  let sites = make()
  let disposed = false

  const live = (): ReadonlyMap<string, FeatureSite> => {
    if (!disposed) return sites
    throw new ModelError('DISPOSED', 'createSites: the sites are disposed. Make new ones.')
  }
  return {
    available,
    names: [...chosen.keys()],
    throughRelu: (name) => live().get(name)?.transformThroughRelu,
    at(name, features) {
      const site = live().get(name)
      if (site !== undefined) return site(features)
      if (known.has(name)) return features
      throw new ModelError('UNKNOWN_SITE', `at: \`name\` must be one of {${available.join(', ')}}, got '${name}'.`)
    },
    get state() {
      return Object.fromEntries(
        [...live()].flatMap(([name, { state }]) => (state === undefined ? [] : [[name, state]])),
      )
    },
    async save() {
      const copies = [...live()].map(async ([name, site]) => [name, await site.save()] as const)
      const saved = await Promise.all(copies)
      return Object.fromEntries(saved.flatMap(([name, copy]) => (copy === undefined ? [] : [[name, copy]])))
    },
    restore(saved) {
      const old = live()
      const unknown = Object.keys(saved).find((name) => !chosen.has(name))
      if (unknown !== undefined) {
        throw new ModelError(
          'STATE_MISMATCH',
          `restore: \`saved\` must name some of {${[...chosen.keys()].join(', ')}}, got '${unknown}'. ` +
            'Make the sites with the patterns they had when they were saved.',
        )
      }
      for (const site of old.values()) site.dispose()
      sites = make()
      for (const [name, copy] of Object.entries(saved)) sites.get(name)?.restore(copy)
    },
    dispose() {
      for (const site of sites.values()) site.dispose()
      disposed = true
    },
  }
}

/** The transformation of each name that some pattern matches, in the order of the names. */
function chooseTransformations(
  available: readonly string[],
  transformations: { readonly [pattern: string]: GradientTransformation },
): ReadonlyMap<string, GradientTransformation> {
  const patterns = Object.entries(transformations).map(
    ([pattern, tx]) => ({ matched: new Set(matchSites('createSites', available, pattern)), tx }) as const,
  )
  const chosen = new Map<string, GradientTransformation>()
  for (const name of available) {
    const [first, ...more] = patterns.filter(({ matched }) => matched.has(name)).map(({ tx }) => tx)
    if (first !== undefined) chosen.set(name, more.length === 0 ? first : chain(first, ...more))
  }
  return chosen
}
