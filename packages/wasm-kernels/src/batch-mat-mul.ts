import {
  BatchMatMul,
  type BatchMatMulAttrs,
  type BatchMatMulInputs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { PLAIN_SUMS } from './finish.ts'
import { makeZeros } from './make-zeros.ts'
import { multiply } from './mat-mul.ts'
import {
  isCheaperInLoop,
  isFloat,
  type MatMulArgs,
  type MatMulSizes,
  matMulSizes,
  multiplyStacks,
} from './multiply-stacks.ts'
import { transposeMatrices } from './transpose-matrices.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'
import { withScratch } from './with-scratch.ts'

/**
 * Matrix product `op(a) · op(b)` over stacks, `op` the identity or the transpose.
 *
 * The stock kernel hands one untransposed pair to XNNPACK and runs all else, so every gradient of a product, through
 * a plain loop at about 2 GFLOP/s (tfjs#8082). Here every form runs in register tiles; without an engine, matrices are
 * brought to the form that XNNPACK takes. Outer dimensions broadcast (the stock kernel writes too few matrices for
 * `[2, 1, …] · [1, 3, …]`), and an inner size of 0 gives zeros.
 *
 * `a` is `[..., m, k]` (`[..., k, m]` with `transposeA`), `b` is `[..., k, n]` (`[..., n, k]` with `transposeB`);
 * the result is `[..., m, n]`, float32 only, as in the stock kernel.
 */
export const batchMatMul: WasmKernel = wasmKernel<BatchMatMulInputs, BatchMatMulAttrs>(
  BatchMatMul,
  ({ inputs, attrs, backend, stock }) => {
    const { transposeA, transposeB } = attrs
    const args: MatMulArgs = { a: inputs.a as TensorInfo, b: inputs.b as TensorInfo, transposeA, transposeB }
    // What the stock kernel refuses, it refuses in its own words.
    if (!isFloat(args) || !innerSizesAgree(args)) return stock(inputs, attrs)
    const sizes = matMulSizes(args)
    if (sizes.m * sizes.k * sizes.n * util.sizeFromShape([...sizes.outer]) === 0) {
      return makeZeros(backend, [...sizes.outer, sizes.m, sizes.n])
    }
    const engine = engineOf(backend)
    if (engine !== undefined) {
      const out = backend.makeOutput([...sizes.outer, sizes.m, sizes.n], 'float32')
      multiply(engine, args, sizes, out, PLAIN_SUMS)
      return out
    }
    const onePair = isOnePair(args)
    if (onePair ? !transposeA && !transposeB : isCheaperInLoop(args, sizes)) return stock(inputs, attrs)
    const onePairBy = (a: TensorInfo, b: TensorInfo) => stock({ a, b }, { transposeA: false, transposeB: false })
    if (!onePair || !isCheaperSwapped(args, sizes)) return multiplyStacks(backend, args, onePairBy)
    return withScratch(backend, (scratch) => {
      const swapped = { a: args.b, b: args.a, transposeA: !transposeB, transposeB: !transposeA }
      return transposeMatrices(backend, scratch(multiplyStacks(backend, swapped, onePairBy)))
    })
  },
)

function innerSizesAgree({ a, b, transposeA, transposeB }: MatMulArgs): boolean {
  return a.shape.at(transposeA ? -2 : -1) === b.shape.at(transposeB ? -1 : -2)
}

function isOnePair({ a, b }: MatMulArgs): boolean {
  return util.sizeFromShape(a.shape.slice(0, -2)) === 1 && util.sizeFromShape(b.shape.slice(0, -2)) === 1
}

/** Whether `(op(b)ᵀ · op(a)ᵀ)ᵀ` leaves fewer numbers to transpose than `op(a) · op(b)`. */
function isCheaperSwapped({ transposeA, transposeB }: MatMulArgs, { m, k, n }: MatMulSizes): boolean {
  const direct = (transposeA ? m * k : 0) + (transposeB ? k * n : 0)
  const swapped = (transposeA ? 0 : m * k) + (transposeB ? 0 : k * n) + m * n
  // XNNPACK packs its right-hand side: unless much is saved, keep the one that was on the right.
  return 2 * swapped < direct
}
