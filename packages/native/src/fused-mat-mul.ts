import {
  type _FusedMatMulAttrs,
  add,
  elu,
  type KernelConfig,
  leakyRelu,
  prelu,
  relu,
  relu6,
  sigmoid,
  type Tensor,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core'
import { flag, tensorflowKernel, type } from './tensorflow-kernel.ts'

interface Inputs {
  readonly a: TensorInfo
  readonly b: TensorInfo
  readonly bias?: TensorInfo
  readonly preluActivationWeights?: TensorInfo
}

/** tfjs-node's keeps the product as a tensor of nobody's when there is neither a bias nor an activation. */
export const fusedMatMul: KernelConfig = tensorflowKernel<Inputs, _FusedMatMulAttrs>(
  '_FusedMatMul',
  ({ a, b, bias, preluActivationWeights }, { transposeA, transposeB, activation, leakyreluAlpha }, backend) =>
    tidy(() => {
      const attributes = [
        type(backend, 'T', a.dtype),
        flag(backend, 'adj_x', transposeA),
        flag(backend, 'adj_y', transposeB),
      ]
      const product = backend.executeSingleOutput('BatchMatMulV2', attributes, [a, b]) as Tensor
      const sum = bias ? add(product, bias as Tensor) : product
      return activate(sum, activation, preluActivationWeights as Tensor | undefined, leakyreluAlpha)
    }),
)

function activate(x: Tensor, activation: string | undefined, weights?: Tensor, alpha?: number): Tensor {
  if (activation === 'prelu' && weights) return prelu(x, weights)
  if (activation === 'leakyrelu') return leakyRelu(x, alpha)
  const plain: { readonly [name: string]: (x: Tensor) => Tensor } = { relu, relu6, elu, sigmoid, linear: (x) => x }
  const apply = plain[activation ?? 'linear']
  if (apply === undefined) throw new TypeError(`_FusedMatMul: activation '${activation}' is not known.`)
  return apply(x)
}
