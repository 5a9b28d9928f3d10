import { getKernel, type KernelFunc, registerKernel, engine as tfjs, unregisterKernel } from '@tensorflow/tfjs-core'
import { type GuardedBackend, guardMemory } from './engine/guard-memory.ts'
import { KERNELS } from './kernels.ts'
import { WasmKernelError } from './wasm-kernel-error.ts'

const registered = new WeakSet<KernelFunc>()

/**
 * Puts the kernels of this package into tfjs' registry for the WASM backend, over the stock ones where there are any.
 *
 * Use it instead of importing `@gg/wasm-kernels/register` when the program itself imports the backend, for instance
 * from a bundle. It may come before or after the backend starts and may be called again: what is registered stays.
 * Stock kernels keep their set-up, and stay in use as fallbacks. No tensor is made. From then on a tensor for which there
 * is no memory is an error, `OUT_OF_MEMORY`, which leaves all others as they are.
 *
 * @throws WasmKernelError `MISSING_BACKEND` when `@tensorflow/tfjs-backend-wasm` has not been imported.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm'
 * import { KERNEL_NAMES, registerWasmKernels } from '@gg/wasm-kernels'
 * import { getKernel } from '@tensorflow/tfjs-core'
 *
 * registerWasmKernels()
 * console.log(KERNEL_NAMES.every((name) => getKernel(name, 'wasm') !== undefined)) // → true
 * ```
 */
export function registerWasmKernels(): void {
  if (getKernel('Conv2D', 'wasm') === undefined) {
    throw new WasmKernelError(
      'MISSING_BACKEND',
      "registerWasmKernels: the WASM backend must be loaded first, got no kernel for 'wasm'. " +
        "Import '@tensorflow/tfjs-backend-wasm' before the call, or import '@gg/wasm-kernels/register'.",
    )
  }
  for (const { kernelName, over } of KERNELS) {
    const stock = getKernel(kernelName, 'wasm')
    if (stock !== undefined && registered.has(stock.kernelFunc)) continue
    const kernelFunc = over(stock?.kernelFunc)
    registered.add(kernelFunc)
    // Unregister first: tfjs warns on the console when a name is registered twice.
    if (stock !== undefined) unregisterKernel(kernelName, 'wasm')
    // The stock set-up binds the C++ function when the backend starts, before the first tensor.
    const setupFunc = (backend: object): void => {
      stock?.setupFunc?.(backend)
      guardMemory(backend as GuardedBackend)
    }
    registerKernel({ ...stock, kernelName, backendName: 'wasm', kernelFunc, setupFunc })
  }
  // Asking tfjs for the backend would start it.
  const running = tfjs().registry['wasm'] as unknown as GuardedBackend | undefined
  if (running !== undefined) guardMemory(running)
}
