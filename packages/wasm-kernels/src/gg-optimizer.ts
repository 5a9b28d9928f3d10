import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { type GgCall, GRAIN, ggKernel } from './gg-kernel.ts'
import type { WasmKernel } from './wasm-kernel.ts'

/** All leaves of one or more trees of the same structure, leaf by leaf: those of the first leaf come first. */
type Leaves = { readonly [index: string]: TensorInfo }

/**
 * A kernel over all leaves of a tree at once: tfjs' own cost of a call, some 7 µs, is paid once and not for each leaf.
 * A leaf has `reads` inputs and `writes` results of one size, which the job takes as its arguments, results first.
 */
function leafKernel<A>(
  kernelName: `Gg${string}`,
  job: string,
  { reads, writes }: { readonly reads: number; readonly writes: (attrs: A) => number },
  factors: (attrs: A) => readonly number[],
): WasmKernel {
  return ggKernel<Leaves, A>(kernelName, ({ inputs, attrs, engine, make }) => {
    const leaves = Object.values(inputs)
    const count = writes(attrs)
    const reals = factors(attrs)
    if (!areAlike(leaves, reads)) return []
    const results: TensorInfo[] = []
    for (let leaf = 0; leaf < leaves.length; leaf += reads) {
      const { shape } = leaves[leaf] as TensorInfo
      for (let i = 0; i < count; i++) results.push(make(shape))
      const addresses = [...results.slice(-count), ...leaves.slice(leaf, leaf + reads)].map(engine.at)
      engine.run(job, { items: util.sizeFromShape(shape), grain: GRAIN }, addresses, reals)
    }
    return results
  })
}

/** Whether each leaf has one shape in all trees; where not, tfjs broadcasts or says what is wrong. */
function areAlike(leaves: readonly TensorInfo[], trees: number): boolean {
  return leaves.every(({ shape }, i) => util.arraysEqual(shape, (leaves[i - (i % trees)] as TensorInfo).shape))
}

/** The fractions that `ggScaleByAdam` reads, by their names there. */
interface AdamAttrs {
  readonly b1: number
  readonly b2: number
  readonly ofMu: number
  readonly ofUpdates: number
  readonly underRoot: number
  readonly besideRoot: number
}

/** `scaleByAdam` of `@gg/optim`: updates, mu and nu of each leaf to the next ones. */
export const ggScaleByAdam: WasmKernel = leafKernel<AdamAttrs>(
  'GgScaleByAdam',
  'ggScaleByAdam',
  { reads: 3, writes: () => 3 },
  ({ b1, b2, ofMu, ofUpdates, underRoot, besideRoot }) => [
    ...[b1, 1 - b1, b2, 1 - b2],
    ...[ofMu, ofUpdates, underRoot, besideRoot],
  ],
)

/** `y = a + factor · b` of each pair of leaves: new parameters, and weight decay. */
export const ggAddScaled: WasmKernel = leafKernel<{ factor: number }>(
  'GgAddScaled',
  'ggAddScaled',
  { reads: 2, writes: () => 1 },
  ({ factor }) => [factor],
)

/** `y = factor · x` of each leaf. */
export const ggScale: WasmKernel = leafKernel<{ factor: number }>(
  'GgScale',
  'ggScale',
  { reads: 1, writes: () => 1 },
  ({ factor }) => [factor],
)

/** `trace` of `@gg/optim`: the new trace of each leaf and, with Nesterov's momentum, the updates one step ahead. */
export const ggTrace: WasmKernel = ggKernel<Leaves, { decay: number; nesterov: boolean }>(
  'GgTrace',
  ({ inputs, attrs: { decay, nesterov }, engine, make }) => {
    const leaves = Object.values(inputs)
    if (!areAlike(leaves, 2)) return []
    const results: TensorInfo[] = []
    for (let leaf = 0; leaf < leaves.length; leaf += 2) {
      const [g, old] = leaves.slice(leaf, leaf + 2) as [TensorInfo, TensorInfo]
      const trace = make(g.shape)
      const ahead = nesterov ? make(g.shape) : undefined
      results.push(trace, ...(ahead === undefined ? [] : [ahead]))
      const addresses = [engine.at(trace), ahead === undefined ? 0 : engine.at(ahead), engine.at(g), engine.at(old)]
      engine.run('ggTrace', { items: util.sizeFromShape(g.shape), grain: GRAIN }, addresses, [decay])
    }
    return results
  },
)

/** All leaves end to end in one vector. */
export const ggFlatten: WasmKernel = ggKernel<Leaves>('GgFlatten', ({ inputs, engine, make }) => {
  const leaves = Object.values(inputs)
  const sizes = leaves.map(({ shape }) => util.sizeFromShape(shape))
  const vector = make([sizes.reduce((total, size) => total + size, 0)])
  let to = engine.at(vector)
  for (const [i, leaf] of leaves.entries()) to = copy(engine, to, engine.at(leaf), sizes[i] ?? 0)[0]
  return [vector]
})

/** A vector cut into leaves that look like those given behind it. */
export const ggUnflatten: WasmKernel = ggKernel<Leaves>('GgUnflatten', ({ inputs, engine, make }) => {
  const [vector, ...like] = Object.values(inputs) as [TensorInfo, ...TensorInfo[]]
  const leaves = like.map(({ shape }) => make(shape))
  let from = engine.at(vector)
  for (const leaf of leaves) from = copy(engine, engine.at(leaf), from, util.sizeFromShape(leaf.shape))[1]
  return leaves
})

/** Copies numbers, and gives the addresses behind them. */
function copy(engine: GgCall<Leaves, object>['engine'], to: number, from: number, size: number): [number, number] {
  engine.run('ggCopy', { items: size, grain: GRAIN }, [to, from])
  return [to + 4 * size, from + 4 * size]
}
