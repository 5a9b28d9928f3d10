import { KERNELS } from './kernels.ts'

/** The tfjs names of the kernels that `registerWasmKernels` adds or replaces, such as `Conv2DBackpropFilter`. */
export const KERNEL_NAMES: readonly string[] = KERNELS.map(({ kernelName }) => kernelName)
