import { engine, type Tensor } from '@tensorflow/tfjs-core'

/** The buffers of one kind that were alive at the peak. */
export interface MemorySite {
  /** Where they were made: the names of tfjs' scopes and operations, such as `forward/conv1/conv2d`. */
  readonly site: string
  readonly shape: readonly number[]
  readonly dtype: string
  readonly count: number
  readonly bytes: number
}

/** What `measureMemory` found. */
export interface MemoryReport<R> {
  /** What the function returned; its tensors are the caller's. */
  readonly value: R
  /** The most bytes that were alive at a time, of what the function made. */
  readonly peakBytes: number
  /** The bytes of what the function made that are alive after it. */
  readonly bytesAfter: number
  /** What was alive at the peak, the largest first. */
  readonly sites: readonly MemorySite[]
}

interface Buffer {
  readonly site: string
  readonly shape: readonly number[]
  readonly dtype: string
  readonly bytes: number
}

/** Two methods of the engine by which every tensor comes and goes, which its type calls private. */
interface Tracker {
  trackTensor: (tensor: Tensor, backend: unknown) => void
  disposeTensor: (tensor: Tensor) => void
}

/**
 * Runs a function, such as a training step, and measures the most bytes of tensors that are alive at a time while it
 * runs, and which operations made them.
 *
 * Counts buffers, not tensors: a clone or a reshape of a tensor shares its numbers and is not counted again, as
 * `tf.memory().numBytes` does. What a kernel of a backend allocates for its own use is not seen.
 *
 * Give sites names with scopes, `tf.tidy('conv1', () => …)`, but never the name of a kernel, in which tfjs loses custom
 * gradients. Within a gradient the sites begin with `forward` or `backward`.
 *
 * State: it listens at tfjs' engine while `f` runs and stops in any case; calls may be nested. `f` must not be async.
 * Memory: keeps no tensor.
 *
 * @param f - What to measure.
 *
 * @example
 * ```ts
 * import { measureMemory } from '@gg/backprop'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const x = tf.ones([1000])
 * const { peakBytes, bytesAfter, sites } = measureMemory(() => tf.tidy(() => tf.sum(tf.square(tf.reshape(x, [10, 100])))))
 * console.log(peakBytes, bytesAfter) // → 4004 4
 * console.log(sites[0]?.site, sites[0]?.shape) // → square [ 10, 100 ]
 * ```
 */
export function measureMemory<R>(f: () => R): MemoryReport<R> {
  const tracker = engine() as unknown as Tracker
  const { state } = engine()
  const before = { trackTensor: tracker.trackTensor, disposeTensor: tracker.disposeTensor }
  const own = Object.hasOwn(tracker, 'trackTensor')
  const alive = new Map<Tensor['dataId'], Buffer>()
  let bytes = 0
  let peakBytes = 0
  let peak: readonly Buffer[] = []
  let rising = false
  // The list is taken when the curve turns down, not at each step on its way up.
  const turn = (): void => {
    if (rising && bytes >= peakBytes) {
      peakBytes = bytes
      peak = [...alive.values()]
    }
    rising = false
  }
  tracker.trackTensor = (tensor, backend) => {
    const isNew = !state.tensorInfo.has(tensor.dataId)
    before.trackTensor.call(tracker, tensor, backend)
    const info = state.tensorInfo.get(tensor.dataId)
    if (!isNew || info === undefined) return
    alive.set(tensor.dataId, {
      site: siteOf(state.scopeStack),
      shape: tensor.shape,
      dtype: tensor.dtype,
      bytes: info.bytes,
    })
    bytes += info.bytes
    rising = true
  }
  tracker.disposeTensor = (tensor) => {
    turn()
    before.disposeTensor.call(tracker, tensor)
    const buffer = alive.get(tensor.dataId)
    if (buffer === undefined || state.tensorInfo.has(tensor.dataId)) return
    alive.delete(tensor.dataId)
    bytes -= buffer.bytes
  }
  try {
    const value = f()
    turn()
    return { value, peakBytes, bytesAfter: bytes, sites: summed(peak) }
  } finally {
    if (own) Object.assign(tracker, before)
    else for (const name of ['trackTensor', 'disposeTensor'] as const) Reflect.deleteProperty(tracker, name)
  }
}

function siteOf(scopes: readonly { readonly name: string }[]): string {
  const names = scopes.map(({ name }) => name).filter((name) => name !== 'unnamed scope')
  return names.map((name) => name.replace(/__op$/, '')).join('/')
}

function summed(buffers: readonly Buffer[]): readonly MemorySite[] {
  const sites = new Map<string, MemorySite>()
  for (const { site, shape, dtype, bytes } of buffers) {
    const key = `${site} ${dtype} ${shape}`
    const { count = 0, bytes: more = 0 } = sites.get(key) ?? {}
    sites.set(key, { site, shape, dtype, count: count + 1, bytes: more + bytes })
  }
  return [...sites.values()].sort((a, b) => b.bytes - a.bytes)
}
