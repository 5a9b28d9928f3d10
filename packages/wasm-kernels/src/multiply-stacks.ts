import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { floats } from './floats.ts'
import { transposeMatrices } from './transpose-matrices.ts'
import type { WasmHeap } from './wasm-kernel.ts'
import { withScratch } from './with-scratch.ts'
import { withShape } from './with-shape.ts'

/** Multiplications below which the stock loop, at 1 ns each, beats the 15 to 30 µs that a call of XNNPACK costs. */
const SMALL_PRODUCT = 2 ** 14

/** Two stacks of matrices: `a` is `[..., m, k]` or `[..., k, m]`, `b` is `[..., k, n]` or `[..., n, k]`. */
export interface MatMulArgs {
  readonly a: TensorInfo
  readonly b: TensorInfo
  readonly transposeA: boolean
  readonly transposeB: boolean
}

/** The sizes of a product `[...outer, m, k] · [...outer, k, n]`. */
export interface MatMulSizes {
  readonly m: number
  readonly k: number
  readonly n: number
  readonly outer: readonly number[]
}

/** Reads the sizes off two stacks and broadcasts their outer dimensions as NumPy does. */
export function matMulSizes({ a, b, transposeA, transposeB }: MatMulArgs): MatMulSizes {
  const [rows = 0, columns = 0] = a.shape.slice(-2)
  const n = b.shape.at(transposeB ? -2 : -1) ?? 0
  const outer = backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  return { m: transposeA ? columns : rows, k: transposeA ? rows : columns, n, outer }
}

/** The stock kernels take no other dtype. */
export function isFloat({ a, b }: MatMulArgs): boolean {
  return a.dtype === 'float32' && b.dtype === 'float32'
}

/**
 * Whether the stock loop is quicker, and right: the matrices are so small that packing each pair for XNNPACK costs
 * more than the product, and each stack has one matrix or one for every product.
 */
export function isCheaperInLoop({ a, b }: MatMulArgs, { m, k, n, outer }: MatMulSizes): boolean {
  const batch = util.sizeFromShape([...outer])
  const bBatch = util.sizeFromShape(b.shape.slice(0, -2))
  const plain = [util.sizeFromShape(a.shape.slice(0, -2)), bBatch].every((size) => size === 1 || size === batch)
  return plain && bBatch > 1 && m * k * n < SMALL_PRODUCT
}

/**
 * Multiplies two stacks of matrices by way of `multiply`, which is only ever asked for `[1, m, k] · [1, k, n]`: the
 * one form that tfjs' WASM kernels give to XNNPACK, at ten times the speed of the loop behind all the others.
 */
export function multiplyStacks(
  backend: WasmHeap,
  args: MatMulArgs,
  multiply: (a: TensorInfo, b: TensorInfo) => TensorInfo,
): TensorInfo {
  const { m, k, n, outer } = matMulSizes(args)
  const batch = util.sizeFromShape([...outer])
  return withScratch(backend, (scratch) => {
    const a = args.transposeA ? scratch(transposeMatrices(backend, args.a)) : args.a
    const b = args.transposeB ? scratch(transposeMatrices(backend, args.b)) : args.b
    const aBatch = util.sizeFromShape(a.shape.slice(0, -2))
    const bBatch = util.sizeFromShape(b.shape.slice(0, -2))
    if (bBatch === 1) {
      // One matrix b for all: the rows of all a's are the rows of one product.
      return withShape(multiply(withShape(a, [1, aBatch * m, k]), withShape(b, [1, k, n])), [...outer, m, n])
    }
    const out = backend.makeOutput([...outer, m, n], 'float32')
    const aSlice = scratch(backend.makeOutput([1, m, k], 'float32'))
    for (let i = 0; i < batch; i++) {
      const aFrom = sourceOf(i, outer, a.shape) * m * k
      const bFrom = sourceOf(i, outer, b.shape) * k * n
      floats(backend, aSlice).set(floats(backend, a).subarray(aFrom, aFrom + m * k))
      // A new tensor each time: XNNPACK keeps the packed weights of a tensor for as long as that lives.
      const bSlice = backend.makeOutput([1, k, n], 'float32')
      floats(backend, bSlice).set(floats(backend, b).subarray(bFrom, bFrom + k * n))
      const product = multiply(aSlice, bSlice)
      floats(backend, out).set(floats(backend, product), i * m * n)
      backend.disposeData(product.dataId)
      backend.disposeData(bSlice.dataId)
    }
    return out
  })
}

/** Which matrix of a stack belongs to product `i`, when the stack's outer dimensions are broadcast to `outer`. */
export function sourceOf(i: number, outer: readonly number[], shape: readonly number[]): number {
  const own = shape.slice(0, -2)
  let source = 0
  let stride = 1
  let rest = i
  for (let axis = 1; axis <= outer.length; axis++) {
    const size = outer.at(-axis) ?? 1
    const ownSize = own.at(-axis) ?? 1
    source += (ownSize === 1 ? 0 : rest % size) * stride
    stride *= ownSize
    rest = Math.floor(rest / size)
  }
  return source
}
