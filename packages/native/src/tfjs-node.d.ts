// What src/tensorflow-kernels.ts takes from the sources that the package @tensorflow/tfjs-node ships. They do not
// compile under our checks, so their types are written down here; tsup.config.ts says where the files are.
declare module 'tfjs-node/nodejs_kernel_backend' {
  import type { KernelBackend } from '@tensorflow/tfjs-core'
  import type { Binding } from './binding.ts'

  export class NodeJSKernelBackend extends KernelBackend {
    constructor(binding: Binding, packageName: string)
  }
}

declare module 'tfjs-node/register_all_kernels' {}

// The build of src/tensorflow-kernels.ts, by the name that package.json gives it.
declare module '#tensorflow-kernels' {
  import type { KernelBackend } from '@tensorflow/tfjs-core'
  import type { Binding } from './binding.ts'

  export function makeBackend(binding: Binding): KernelBackend
}
