import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { KernelFunc, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core'
import { type GuardedBackend, undoingOnError } from './engine/guard-memory.ts'

/** The part of the WASM backend that the kernels use: it allocates, shares, frees and shows memory of the heap. */
export type WasmHeap = Pick<BackendWasm, 'dataIdMap' | 'disposeData' | 'incRef' | 'makeOutput' | 'typedArrayFromHeap'>

/** One call of a kernel. `stock` runs the kernel that tfjs ships under the same name, if there is one. */
export interface KernelCall<I, A> {
  readonly inputs: I
  readonly attrs: A
  readonly backend: WasmHeap
  readonly stock: (inputs: NamedTensorInfoMap, attrs: object) => TensorInfo
}

/** A kernel that takes the place of the one tfjs registers under `kernelName`, or of none. */
export interface WasmKernel {
  readonly kernelName: string
  readonly over: (stock: KernelFunc | undefined) => KernelFunc
}

/** Types the inputs and attributes of a kernel, which tfjs hands over as untyped maps, in this one place. */
export function wasmKernel<I, A = object>(
  kernelName: string,
  run: (call: KernelCall<I, A>) => TensorInfo | TensorInfo[],
): WasmKernel {
  return {
    kernelName,
    over(stock) {
      return ({ inputs, attrs, backend }) =>
        undoingOnError(backend as GuardedBackend, () =>
          run({
            inputs: inputs as I,
            attrs: attrs as A,
            backend: backend as WasmHeap,
            stock: (stockInputs, stockAttrs) =>
              call(stock, kernelName, { inputs: stockInputs, attrs: stockAttrs, backend }),
          }),
        )
    },
  }
}

function call(
  kernel: KernelFunc | undefined,
  kernelName: string,
  args: { inputs: NamedTensorInfoMap; attrs: object; backend: object },
): TensorInfo {
  if (kernel === undefined) throw new TypeError(`${kernelName}: tfjs ships no such kernel for WASM`)
  return kernel(args as Parameters<KernelFunc>[0]) as TensorInfo
}
