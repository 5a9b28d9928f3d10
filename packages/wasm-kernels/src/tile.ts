import { type TensorInfo, Tile, type TileAttrs, type TileInputs, util } from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

/** Bytes that are worth a piece of work of their own. */
const PIECE = 1 << 16

/**
 * A tensor repeated along its axes, `reps` times each, which is what `broadcastTo` asks for too. It is a copy of runs
 * whose source stands still along the repetitions; the stock kernel finds the place of each number by itself, in JavaScript.
 */
export const tile: WasmKernel = wasmKernel<TileInputs, TileAttrs>(Tile, ({ inputs, attrs, backend, stock }) => {
  const x = inputs.x as TensorInfo
  const engine = x.dtype === 'string' ? undefined : engineOf(backend)
  const shape = x.shape.map((size, axis) => size * (attrs.reps[axis] ?? 1))
  const bytes = util.bytesPerElement(x.dtype as 'float32')
  // The innermost axes that are not repeated are one run; as assembly/copies.ts reads them, an axis is its size and both
  // strides.
  let run = bytes
  let axis = x.shape.length - 1
  while (axis >= 0 && attrs.reps[axis] === 1) run *= x.shape[axis--] as number
  const axes: number[] = []
  for (let to = run, from = run; axis >= 0; axis--) {
    const size = x.shape[axis] as number
    const reps = attrs.reps[axis] as number
    if (size !== 1) axes.push(size, to, from)
    if (reps !== 1) axes.push(reps, to * size, 0)
    to *= size * reps
    from *= size
  }
  if (engine === undefined || axes.length > MOST_AXES) return stock(inputs, attrs)
  const y = backend.makeOutput(shape, x.dtype)
  const items = (util.sizeFromShape(shape) * bytes) / run
  if (items > 0) {
    const ints = [engine.at(y), engine.at(x), run, axes.length / 3, ...axes]
    engine.run('copyRuns', { items, grain: Math.ceil(PIECE / run) }, ints)
  }
  return y
})

/** What is left of a job's arguments, of which there are 24, behind the first four. */
const MOST_AXES = 20
