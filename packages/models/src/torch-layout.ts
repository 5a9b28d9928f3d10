import type { FeatureShape, ParamSpec } from './layer.ts'

/** The shape of a tensor in PyTorch, and how its axes come from ours. */
export interface TorchLayout {
  readonly shape: readonly number[]
  /** Our axes; a dense kernel behind maps has four, as they run in another order in PyTorch. */
  readonly from: readonly number[]
  /** Axis i of PyTorch's tensor is our axis `axes[i]`. */
  readonly axes: readonly number[]
}

/** `[height, width, in, out]` is `[out, in, height, width]` there, `[in, out]` is `[out, in]`, vectors are the same. */
function torchLayout({
  shape,
  maps,
}: {
  readonly shape: readonly number[]
  readonly maps?: FeatureShape
}): TorchLayout {
  const inner = maps?.length === 3 ? [...maps, ...shape.slice(1)] : shape
  const axes = inner.length === 4 ? [3, 2, 0, 1] : inner.length === 2 ? [1, 0] : [0]
  const permuted = axes.map((axis) => inner[axis] ?? 1)
  const torch = maps?.length === 3 ? [permuted[0] ?? 1, shape[0] ?? 1] : permuted
  return { shape: torch, from: inner, axes }
}

/** Our numbers in PyTorch's order. */
export function toTorch(data: Float32Array, { from, axes }: TorchLayout): Float32Array {
  const result = new Float32Array(data.length)
  forEachPair(from, axes, (ours, theirs) => {
    result[theirs] = data[ours] ?? Number.NaN
  })
  return result
}

/** PyTorch's numbers in our order. */
export function fromTorch(data: Float32Array, { from, axes }: TorchLayout): Float32Array {
  const result = new Float32Array(data.length)
  forEachPair(from, axes, (ours, theirs) => {
    result[ours] = data[theirs] ?? Number.NaN
  })
  return result
}

/** The layout of a parameter, ours or PyTorch's. */
export function layoutOf(spec: ParamSpec, torch: boolean): TorchLayout {
  if (torch) return torchLayout(spec)
  return { shape: spec.shape, from: spec.shape, axes: spec.shape.map((_, i) => i) }
}

function forEachPair(
  from: readonly number[],
  axes: readonly number[],
  visit: (ours: number, theirs: number) => void,
): void {
  const strides = from.map((_, i) => from.slice(i + 1).reduce((product, size) => product * size, 1))
  let theirs = 0
  const walk = (depth: number, ours: number): void => {
    if (depth === axes.length) {
      visit(ours, theirs++)
      return
    }
    const axis = axes[depth] ?? 0
    const [size = 1, stride = 1] = [from[axis], strides[axis]]
    for (let i = 0; i < size; i++) walk(depth + 1, ours + i * stride)
  }
  walk(0, 0)
}
