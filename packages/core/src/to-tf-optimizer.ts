import {
  clone,
  engine,
  type NamedTensorMap,
  Optimizer,
  scalar,
  type serialization,
  type Tensor,
  type Variable,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { applyUpdates } from './apply-updates.ts'
import { disposeTree } from './dispose-tree.ts'
import type { GradientTransformation } from './gradient-transformation.ts'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { held } from './held.ts'
import { loadState, type SavedArray, type SavedState, saveState } from './save-state.ts'
import { type State, stateLeaves } from './state.ts'
import { tidyResult } from './tidy-result.ts'
import { isLeaf } from './tree.ts'

// tfjs does not export this type by name.
type NamedTensor = Parameters<Optimizer['setWeights']>[0][number]

/**
 * A `tf.Optimizer` from a transformation, for `model.compile({ optimizer })` and `minimize`.
 *
 * The state is kept by the variables' names, where tfjs' own optimizers go by position and mix moments up when the
 * order changes. It is made at the first update. A variable without a gradient gets zeros.
 *
 * Memory: owns the state until `dispose()`.
 *
 * @param tx - A chain that ends in `scaleByLearningRate`, such as `adamw`.
 * @throws GradientTransformationError from the optimizer: `STATE_MISMATCH` if the set of variables changes or weights
 *   of another optimizer are set; `INVALID_ARGUMENT` from `getConfig`, because a transformation is made of functions.
 *
 * @example
 * ```ts
 * import { statelessWithTreeMap, toTfOptimizer } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const x = tf.variable(tf.scalar(4))
 * const optimizer = toTfOptimizer(statelessWithTreeMap((update) => tf.mul(update, -0.25)))
 * optimizer.minimize(() => tf.square(x), false, [x])
 * console.log(x.arraySync()) // → 2
 * ```
 */
export function toTfOptimizer<S extends State>(tx: GradientTransformation<S>): Optimizer {
  return new TransformationOptimizer(tx)
}

class TransformationOptimizer<S extends State> extends Optimizer {
  /** Under this name tfjs would look for the class when it loads a model. */
  static readonly className: string = 'GradientTransformation'
  readonly #tx: GradientTransformation<S>
  #state: S | undefined
  #names = ''
  #weights: ReadonlyMap<string, SavedArray> | undefined

  constructor(tx: GradientTransformation<S>) {
    super()
    this.#tx = tx
  }

  override applyGradients(variableGradients: NamedTensorMap | NamedTensor[]): void {
    const grads: readonly (readonly [string, Tensor | null | undefined])[] = Array.isArray(variableGradients)
      ? variableGradients.map(({ name, tensor }) => [name, tensor] as const)
      : Object.entries(variableGradients)
    const variables = Object.fromEntries(grads.map(([name]) => [name, registered(name)]))
    const state = this.#stateFor(variables)
    const next = tidyResult([state, variables], () => {
      const filled = Object.fromEntries(
        grads.map(([name, grad]) => [name, grad ?? zerosLike(variables[name] as Tensor)]),
      )
      const [updates, nextState] = this.#tx.update(filled, state, variables)
      return { params: applyUpdates<NamedTensorMap>(variables, updates), state: nextState }
    })
    for (const [name, variable] of Object.entries(variables)) variable.assign(next.params[name] as Tensor)
    disposeTree(next.params)
    this.#replaceState(next.state)
    this.incrementIterations()
  }

  override dispose(): void {
    if (this.#state !== undefined) disposeTree(this.#state)
    this.#state = undefined
  }

  /** The iteration count, then the state: tensors under their paths, numbers as scalars. */
  override async getWeights(): Promise<NamedTensor[]> {
    const weights = [await this.saveIterations()]
    if (this.#state === undefined) return weights
    for (const [name, leaf] of stateLeaves(this.#state)) {
      if (isLeaf(leaf)) weights.push({ name, tensor: clone(leaf) })
      else if (typeof leaf === 'number') weights.push({ name, tensor: scalar(leaf) })
    }
    return weights
  }

  /** Takes weights of `getWeights`; they are checked and used at the next update, when the variables are known. */
  override async setWeights(weightValues: NamedTensor[]): Promise<void> {
    const weights = await this.extractIterations(weightValues)
    const { arrays } = await saveState(Object.fromEntries(weights.map(({ name, tensor }) => [name, tensor])))
    this.#weights = new Map(Object.entries(arrays))
  }

  override getConfig(): serialization.ConfigDict {
    throw new GradientTransformationError(
      'INVALID_ARGUMENT',
      'toTfOptimizer: a transformation is made of functions, which a model file cannot hold. Save the model with ' +
        '{ includeOptimizer: false } and the state with getWeights().',
    )
  }

  #stateFor(variables: { readonly [name: string]: Variable }): S {
    const names = Object.keys(variables).sort().join(', ')
    if (this.#state === undefined) this.#replaceState(this.#tx.init(variables))
    else if (names !== this.#names) {
      throw new GradientTransformationError(
        'STATE_MISMATCH',
        `toTfOptimizer: variables must stay the same, got {${names}} after {${this.#names}}. ` +
          'Use one optimizer for each set of variables.',
      )
    }
    this.#names = names
    if (this.#weights !== undefined) {
      this.#replaceState(loadState(asSavedState(this.#weights, this.#state as S), this.#state as S))
      this.#weights = undefined
    }
    return this.#state as S
  }

  #replaceState(next: S): void {
    held(next)
    if (this.#state !== undefined) disposeTree(this.#state)
    this.#state = next
  }
}

function registered(name: string): Variable {
  const variable = engine().registeredVariables[name]
  if (variable !== undefined) return variable
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `toTfOptimizer: gradients must bear the names of variables, got '${name}', which is no variable.`,
  )
}

/** Weights know tensors only: which of them stand for numbers is seen from the state they go into. */
function asSavedState(weights: ReadonlyMap<string, SavedArray>, like: State): SavedState {
  const arrays = new Map(weights)
  const values = new Map<string, null | boolean | number | string>()
  for (const [path, leaf] of stateLeaves(like)) {
    if (isLeaf(leaf)) continue
    values.set(path, typeof leaf === 'number' ? (weights.get(path)?.data[0] ?? leaf) : leaf)
    arrays.delete(path)
  }
  return { values: Object.fromEntries(values), arrays: Object.fromEntries(arrays) }
}
