import { type DataType, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { GradientTransformationError } from './gradient-transformation-error.ts'
import { type State, type StateLeaf, stateLeaves, stateMap } from './state.ts'
import { tidyResult } from './tidy-result.ts'
import { isLeaf, showPath } from './tree.ts'

/** One tensor as plain data. */
export interface SavedArray {
  readonly dtype: 'float32' | 'int32' | 'bool'
  readonly shape: readonly number[]
  /** Row-major values. */
  readonly data: Float32Array | Int32Array | Uint8Array
}

/**
 * A tree or state as data that can be written anywhere: `values` is plain JSON, `arrays` holds the tensors. Both are
 * keyed by path, so that restoring goes by name and not by position.
 */
export interface SavedState {
  /** Numbers, strings, booleans and nulls. NaN and the infinities, which JSON lacks, stand as strings. */
  readonly values: { readonly [path: string]: null | boolean | number | string }
  readonly arrays: { readonly [path: string]: SavedArray }
}

/**
 * Copies a state (or parameters: a tree is a state) into plain data.
 *
 * Memory: borrows `state`. Reads the values back from the backend, so not for the inside of a training step.
 *
 * @param state - A state or tree of float32, int32 and bool tensors.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for a tensor of another dtype, or two leaves of one path.
 *
 * @example
 * ```ts
 * import { loadState, saveState } from '@gg/core'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const saved = await saveState({ count: 3, mu: { w: tf.tensor1d([1, 2]) } })
 * console.log(JSON.stringify(saved.values), saved.arrays['mu/w']?.data.length) // → {"count":3} 2
 * const restored = loadState(saved, { count: 0, mu: { w: tf.zeros([2]) } })
 * console.log(restored.count, restored.mu.w.arraySync()) // → 3 [ 1, 2 ]
 * ```
 */
export async function saveState(state: State): Promise<SavedState> {
  const values = new Map<string, null | boolean | number | string>()
  const arrays = new Map<string, SavedArray>()
  for (const [path, leaf] of stateLeaves(state)) {
    if (values.has(path) || arrays.has(path)) {
      throw new GradientTransformationError(
        'INVALID_ARGUMENT',
        `saveState: paths must differ, got two leaves at ${showPath(path)}. Do not use '/' in names.`,
      )
    }
    if (isLeaf(leaf)) arrays.set(path, await saveTensor(path, leaf))
    else values.set(path, typeof leaf === 'number' && !Number.isFinite(leaf) ? String(leaf) : leaf)
  }
  return { values: Object.fromEntries(values), arrays: Object.fromEntries(arrays) }
}

/**
 * Makes a state from its copy.
 *
 * Memory: borrows `like`; the result is new.
 *
 * @param saved - What `saveState` returned, possibly by way of a file.
 * @param like - A state of the same structure, shapes and dtypes, such as `tx.init(params)`. It gives the type.
 * @throws GradientTransformationError `STATE_MISMATCH`, naming all that is missing, unexpected or of another shape.
 *
 * @example See {@link saveState}.
 */
export function loadState<S extends State>(saved: SavedState, like: S): S {
  const problems: string[] = []
  const expected = new Set<string>()
  const load = (leaf: StateLeaf, path: string): StateLeaf => {
    expected.add(path)
    return isLeaf(leaf) ? loadTensor(saved.arrays[path], leaf, path, problems) : loadValue(saved, leaf, path, problems)
  }
  return tidyResult([like], () => {
    const state = stateMap(load, like)
    for (const path of [...Object.keys(saved.values), ...Object.keys(saved.arrays)]) {
      if (!expected.has(path)) problems.push(`unexpected ${showPath(path)}`)
    }
    if (problems.length === 0) return state
    throw new GradientTransformationError(
      'STATE_MISMATCH',
      `loadState: \`saved\` must match the state it is loaded into, got ${problems.join('; ')}. ` +
        'Build the same transformation for the same parameters as when it was saved.',
    )
  })
}

async function saveTensor(path: string, leaf: Tensor): Promise<SavedArray> {
  const { dtype } = leaf
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') {
    // Copied, because the cpu backend hands out its own buffer.
    return { dtype, shape: [...leaf.shape], data: (await leaf.data()).slice() }
  }
  throw new GradientTransformationError(
    'INVALID_ARGUMENT',
    `saveState: tensors must be float32, int32 or bool, got ${dtype} at ${showPath(path)}.`,
  )
}

function loadTensor(array: SavedArray | undefined, like: Tensor, path: string, problems: string[]): Tensor {
  if (array === undefined) problems.push(`no tensor at ${showPath(path)}`)
  else if (array.dtype !== like.dtype || String(array.shape) !== String(like.shape)) {
    const found = `${array.dtype} [${array.shape}]`
    problems.push(`${found} at ${showPath(path)} where ${like.dtype} [${like.shape}] is expected`)
  } else if (array.data.length !== like.size) {
    problems.push(`${array.data.length} values at ${showPath(path)} where ${like.size} are expected`)
  } else return tensor(array.data.slice(), [...array.shape], array.dtype satisfies DataType)
  return like
}

function loadValue(saved: SavedState, like: StateLeaf, path: string, problems: string[]): StateLeaf {
  const value = saved.values[path]
  if (value === undefined) problems.push(`no value at ${showPath(path)}`)
  else if (typeof like === 'number' && typeof value === 'string') return Number(value)
  else if (like !== null && value !== null && typeof value !== typeof like) {
    problems.push(`a ${typeof value} at ${showPath(path)} where a ${typeof like} is expected`)
  } else return value
  return like
}
