import type {
  KernelBackend,
  KernelConfig,
  NamedAttrMap,
  NamedTensorInfoMap,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs-core'
import type { Attribute, Binding } from './binding.ts'

/** What our kernels use of tfjs-node's backend. */
export interface TensorflowBackend extends KernelBackend {
  readonly binding: Binding
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly TensorInfo[]): Tensor
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[]
}

/** A kernel over tfjs-node's backend, with its inputs and attributes typed. */
export function tensorflowKernel<Inputs, Attrs = unknown>(
  kernelName: string,
  kernel: (inputs: Inputs, attrs: Attrs, backend: TensorflowBackend) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }: KernelArguments) =>
      kernel(inputs as Inputs, attrs as Attrs, backend as TensorflowBackend),
  }
}

interface KernelArguments {
  readonly inputs: NamedTensorInfoMap
  readonly attrs?: NamedAttrMap
  readonly backend: unknown
}

/** An attribute that names a dtype. */
export function type({ binding }: TensorflowBackend, name: string, dtype: string): Attribute {
  return { name, type: binding.TF_ATTR_TYPE, value: dtypeNumber(binding, dtype) }
}

/** An attribute that is a whole number or several. */
export function ints({ binding }: TensorflowBackend, name: string, value: number | readonly number[]): Attribute {
  return { name, type: binding.TF_ATTR_INT, value }
}

/** An attribute that is a text. */
export function text({ binding }: TensorflowBackend, name: string, value: string): Attribute {
  return { name, type: binding.TF_ATTR_STRING, value }
}

/** An attribute that is a number with a fraction. */
export function float({ binding }: TensorflowBackend, name: string, value: number): Attribute {
  return { name, type: binding.TF_ATTR_FLOAT, value }
}

/** An attribute that is true or false. */
export function flag({ binding }: TensorflowBackend, name: string, value: boolean): Attribute {
  return { name, type: binding.TF_ATTR_BOOL, value }
}

function dtypeNumber(binding: Binding, dtype: string): number {
  if (dtype === 'float32') return binding.TF_FLOAT
  return dtype === 'bool' ? binding.TF_BOOL : binding.TF_INT32
}
