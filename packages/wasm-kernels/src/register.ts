import '@tensorflow/tfjs-backend-wasm'
import { registerWasmKernels } from './register-wasm-kernels.ts'

registerWasmKernels()
