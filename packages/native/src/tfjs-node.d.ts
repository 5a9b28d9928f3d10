// What src/tensorflow-kernels.ts takes from the sources that the package @tensorflow/tfjs-node ships. They do not
// compile under our checks, so their types are written down here; tsup.config.ts says where the files are.
declare module 'tfjs-node/nodejs_kernel_backend' {
  import { type DataStorage, KernelBackend, type TensorInfo } from '@tensorflow/tfjs-core'

  type Binding = import('./binding.ts').Binding

  export interface TensorData {
    readonly shape: readonly number[]
    readonly dtype: number
  }

  export class NodeJSKernelBackend extends KernelBackend {
    constructor(binding: Binding, packageName: string)
    protected readonly binding: Binding
    protected readonly tensorMap: DataStorage<TensorData>
    protected getInputTensorIds(tensors: readonly TensorInfo[]): number[]
  }
}

declare module 'tfjs-node/register_all_kernels' {}

// The build of src/tensorflow-kernels.ts, by the name that package.json gives it.
declare module '#tensorflow-kernels' {
  import type { KernelBackend } from '@tensorflow/tfjs-core'

  type Binding = import('./binding.ts').Binding

  export function makeBackend(binding: Binding): KernelBackend
}

declare module 'node-api-headers' {
  const headers: { readonly include_dir: string }
  export default headers
}
