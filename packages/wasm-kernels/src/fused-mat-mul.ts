import {
  _FusedMatMul,
  type _FusedMatMulAttrs,
  type _FusedMatMulInputs,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { engineOf } from './engine/engine-of.ts'
import { canFinish, type FusedAttrs, type FusedInputs, finished } from './finish.ts'
import { multiply } from './mat-mul.ts'
import { isFloat, type MatMulArgs, matMulSizes, multiplyStacks } from './multiply-stacks.ts'
import { vectorBias } from './vector-bias.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'
import { WasmKernelError } from './wasm-kernel-error.ts'
import { withScratch } from './with-scratch.ts'

/**
 * Matrix product with a bias and an activation in one kernel, `activation(op(a) · op(b) + bias)`: what a dense layer
 * runs outside a gradient.
 *
 * Bias, ReLU, ReLU6 and leaky ReLU are applied to the sums before they leave the registers; other activations go over
 * the result once more. A bias of one number reaches every column (the stock kernel adds it to the first), one that was
 * reshaped to a vector is taken, and so is one in a batch, where the stock loop adds the wrong numbers from the second
 * pair on.
 *
 * `a` is `[batch, m, k]`, `b` is `[batch, k, n]`, `bias` is `[n]` or `[1]`; the result is `[batch, m, n]`.
 *
 * @throws WasmKernelError `UNSUPPORTED` without an engine, for PReLU slopes that are not one a column, in a batch with a
 * bias.
 */
export const fusedMatMul: WasmKernel = wasmKernel<_FusedMatMulInputs & FusedInputs, _FusedMatMulAttrs & FusedAttrs>(
  _FusedMatMul,
  ({ inputs, attrs, backend, stock }) => {
    const { transposeA, transposeB } = attrs
    const args: MatMulArgs = { a: inputs.a as TensorInfo, b: inputs.b as TensorInfo, transposeA, transposeB }
    const sizes = matMulSizes(args)
    const { bias, preluActivationWeights: slopes } = inputs
    const engine = engineOf(backend)
    if (engine !== undefined && isFloat(args) && canFinish(inputs, attrs, sizes.n)) {
      const out = backend.makeOutput([...sizes.outer, sizes.m, sizes.n], 'float32')
      return finished(backend, engine, out, inputs, attrs, sizes.n, (finish) =>
        multiply(engine, args, sizes, out, finish),
      )
    }
    return withScratch(backend, (scratch) => {
      const fused = bias === undefined ? inputs : { ...inputs, bias: vectorBias(backend, bias, sizes.n, scratch) }
      const columnwise = slopes === undefined || util.sizeFromShape(slopes.shape) === sizes.n
      if (!isFloat(args)) return stock(inputs, attrs)
      if (!columnwise) {
        if (bias !== undefined && util.sizeFromShape([...sizes.outer]) > 1) {
          throw new WasmKernelError(
            'UNSUPPORTED',
            `_FusedMatMul: \`preluActivationWeights\` must be [${sizes.n}] for a batch with a bias, ` +
              `got [${slopes.shape.join(', ')}]. Apply \`tf.prelu\` to the product.`,
          )
        }
        return stock(fused, attrs)
      }
      return multiplyStacks(backend, args, (a, b) =>
        stock({ ...fused, a, b }, { ...attrs, transposeA: false, transposeB: false }),
      )
    })
  },
)
