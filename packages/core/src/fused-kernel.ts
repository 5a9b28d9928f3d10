import {
  engine,
  getBackend,
  getKernel,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
} from '@tensorflow/tfjs-core'

/**
 * Runs the kernel that is registered under `name` for the current backend, or `plain` where there is none.
 *
 * For whoever writes a transformation or a layer that one pass over memory could do: the plain form out of tfjs' own
 * operations is the definition and runs on every backend, and a package of kernels (`@gg/wasm-kernels`) may register a
 * fused form under the same name. Neither package imports the other. A kernel that cannot do the work, for the dtype
 * say, answers with no tensor; then too the plain form runs. Call it where nothing is taped, that is inside
 * `customGrad` or an `update`: a kernel has no gradient of its own.
 *
 * Memory: the results are new tensors of the caller's, whichever form ran.
 *
 * @param name The name of the kernel, `Gg…` by convention.
 * @param inputs The tensors it reads, by name.
 * @param attrs Numbers, strings and booleans it reads, by name.
 * @param plain The same result out of tfjs' operations, in the same order.
 * @example
 * ```ts
 * import { fusedKernel } from '@gg/core'
 * import { add, mul, tensor1d } from '@tensorflow/tfjs-core'
 *
 * const [a, b] = [tensor1d([1, 2]), tensor1d([3, 4])]
 * const [y] = fusedKernel('GgMultiplyAdd', { a, b }, { c: 1 }, () => [add(mul(a, b), 1)])
 * console.log(y?.dataSync().join(' ')) // → 4 9
 * ```
 */
export function fusedKernel(
  name: string,
  inputs: NamedTensorMap,
  attrs: Readonly<Record<string, number | string | boolean | readonly number[]>>,
  plain: () => Tensor[],
): Tensor[] {
  if (getKernel(name, getBackend()) === undefined) return plain()
  const result: Tensor | Tensor[] = engine().runKernel(name, inputs, attrs as NamedAttrMap)
  if (!Array.isArray(result)) return [result]
  return result.length === 0 ? plain() : result
}
