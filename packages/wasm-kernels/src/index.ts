export { KERNEL_NAMES } from './kernel-names.ts'
export { registerWasmKernels } from './register-wasm-kernels.ts'
export { WasmKernelError, type WasmKernelErrorCode } from './wasm-kernel-error.ts'
