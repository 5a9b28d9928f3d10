import type { Tensor } from '@tensorflow/tfjs-core'
import { disposeTree } from './dispose-tree.ts'
import type { GradientTransformation } from './gradient-transformation.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { held } from './held.ts'
import { type BackwardPass, type SiteOptions, siteNode } from './relu-behind.ts'
import { loadState, type SavedState, saveState } from './save-state.ts'
import { type State, stateLeaves } from './state.ts'
import { isLeaf, showPath } from './tree.ts'

/** A place in a network at which gradients are transformed, and the owner of that transformation's state. */
export interface FeatureSite<S extends State = State> {
  /** The identity on `features`, or their ReLU, whose gradient passes through the transformation on its way back. */
  <T extends Tensor>(features: T, options?: SiteOptions): T
  /**
   * For a layer that does the ReLU behind the site itself, such as a bias or a batch norm with ReLU in one pass: what it
   * must make of the gradient `dy` of its output `y` before it goes on back. There if the transformation can tell it from
   * `y` alone. Call it once, in the backward pass; it counts as one update. Borrows both; the result is new.
   */
  readonly transformThroughRelu?: ((dy: Tensor, y: Tensor) => Tensor) | undefined
  /** The state after the last backward pass; `undefined` before the first. It belongs to the site. */
  readonly state: S | undefined
  /** A copy of the state as plain data, or `undefined` before the first backward pass. */
  save(): Promise<SavedState | undefined>
  /** Continues from a copy. It is checked and taken at the next backward pass, when the shapes are known. */
  restore(saved: SavedState): void
  /** Disposes the state. The site cannot be used afterwards. */
  dispose(): void
}

/**
 * A feature site: the identity forward, a transformation with a state on the way back. Where `transformGradient` is for
 * transformations that remember nothing, a site may hold any: a momentum, a running mean, a schedule. Each backward
 * pass through it is one update, so schedules count backward passes.
 *
 * The state is made at the first backward pass, from the feature map of that pass, and serves feature maps of any shape
 * for which `tx.init` would make tensors of the same shapes: scalars, a histogram, a covariance of channels. A tensor
 * like the feature map, such as a momentum, includes the batch: then drop the last, smaller batch.
 *
 * Where a ReLU follows, `site(features, { relu: true })` is `relu(site(features))` as one node.
 *
 * Memory: the site owns its state until `dispose()`. The call borrows `features` and returns a new tensor.
 *
 * @param tx - What is done to the gradient; the feature map is its `params`.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for features that are not float32; `SHAPE_MISMATCH` in the
 *   backward pass, for features of a shape that needs other tensors than the state has; `DISPOSED`.
 *
 * @example
 * ```ts
 * import { featureSite, injectHyperparams, statelessWithTreeMap, valueAndGrad } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * // Gradient reversal that grows by one with each backward pass.
 * const site = featureSite(
 *   injectHyperparams(({ strength }) => statelessWithTreeMap((g) => tf.mul(g, -strength)), { strength: (n) => n + 1 }),
 * )
 * const grad = valueAndGrad((x: tf.Tensor) => tf.sum(site(x)) as tf.Scalar)
 * const [first, second] = [grad(tf.scalar(7)), grad(tf.scalar(7))]
 * console.log(first.grads.arraySync(), second.grads.arraySync(), site.state?.count) // → -1 -2 2
 * site.dispose()
 * ```
 */
export function featureSite<S extends State>(tx: GradientTransformation<S>): FeatureSite<S> {
  let state: S | undefined
  let shape: readonly number[] | undefined
  let fitting: string | undefined
  let saved: SavedState | undefined
  let disposed = false

  const replace = (next: S): void => {
    // The backward pass runs in a scope of tfjs that would take the state with it.
    held(next)
    if (state !== undefined) disposeTree(state)
    state = next
  }
  const current = (features: Tensor): S => {
    if (state === undefined) {
      replace(tx.init(features))
      shape = features.shape
      fitting = String(shape)
    }
    if (saved !== undefined) {
      replace(loadState(saved, state as S))
      saved = undefined
    }
    const now = state as S
    // Asked of `init` when the shape changes, and no more than that: it may be as costly as the state is large.
    if (String(features.shape) !== fitting) {
      const problem = misfit(now, tx, features)
      if (problem !== undefined) {
        throw new GradientTransformationError(
          'SHAPE_MISMATCH',
          `featureSite: \`features\` must keep the shape [${shape}] that the state was made for, got ` +
            `[${features.shape}], and ${problem}. Drop the last batch if it is smaller, or use a site for each shape.`,
        )
      }
      fitting = String(features.shape)
    }
    return now
  }
  const live = (): void => {
    if (!disposed) return
    throw new GradientTransformationError('DISPOSED', 'featureSite: the site is disposed. Make a new one.')
  }
  const taken = ([updates, next]: readonly [Tensor, S]): Tensor => {
    replace(next)
    return updates
  }
  const backward: BackwardPass = {
    transform: (dy, x) => {
      live()
      return taken(tx.update(dy, current(x), x))
    },
    ...(tx.updateThroughRelu !== undefined && {
      transformThroughRelu: (dy, y) => {
        live()
        return taken(tx.updateThroughRelu?.(dy, current(y), y) as readonly [Tensor, S])
      },
    }),
  }
  const apply = <T extends Tensor>(features: T, options?: SiteOptions): T => {
    live()
    return siteNode('featureSite', features, backward, options)
  }
  const owner = {
    // A copy that waits to be taken is what the site continues from, so it is what a save has to hand out.
    save: async () => saved ?? (state === undefined ? undefined : saveState(state)),
    restore: (copy: SavedState) => {
      live()
      saved = copy
    },
    dispose: () => {
      if (state !== undefined) disposeTree(state)
      state = undefined
      disposed = true
    },
  }
  const { transformThroughRelu } = backward
  const site = Object.assign(apply, owner, transformThroughRelu && { transformThroughRelu })
  // A getter cannot be assigned, only defined.
  return Object.defineProperty(site, 'state', { get: () => state, enumerable: true }) as typeof site & {
    readonly state: S | undefined
  }
}

/** What is wrong with a state for features of another shape than it was made for, if anything is. */
function misfit(state: State, tx: GradientTransformation, features: Tensor): string | undefined {
  const shapes = (of: State): ReadonlyMap<string, string> =>
    new Map(stateLeaves(of).flatMap(([path, leaf]) => (isLeaf(leaf) ? [[path, `[${leaf.shape}]`] as const] : [])))
  const has = shapes(state)
  // Scalars are of no batch, so the common case needs no second state.
  if ([...has.values()].every((shape) => shape === '[]')) return undefined
  const fresh = tx.init(features)
  const needs = shapes(fresh)
  disposeTree(fresh)
  const path = [...has.keys(), ...needs.keys()].find((path) => has.get(path) !== needs.get(path))
  if (path === undefined) return undefined
  return `the state has ${has.get(path) ?? 'nothing'} at ${showPath(path)} where ${needs.get(path) ?? 'nothing'} is needed`
}
