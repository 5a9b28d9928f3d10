import { binary } from './binary.ts'
import type { WasmKernel } from './wasm-kernel.ts'

/** Functions of two numbers. Maximum and Minimum are NaN if one of the two is; the stock kernels lose the second. */
export const BINARY_KERNELS: readonly WasmKernel[] = [
  binary('Add', 'add'),
  binary('Equal', 'equal', 'bool'),
  binary('Greater', 'greater', 'bool'),
  binary('GreaterEqual', 'greaterEqual', 'bool'),
  binary('Less', 'less', 'bool'),
  binary('LessEqual', 'lessEqual', 'bool'),
  binary('Maximum', 'maximum'),
  binary('Minimum', 'minimum'),
  binary('Multiply', 'multiply'),
  binary('NotEqual', 'notEqual', 'bool'),
  binary('RealDiv', 'divide'),
  binary('SquaredDifference', 'squaredDifference'),
  binary('Sub', 'subtract'),
]
