import { unary } from './unary.ts'
import type { WasmKernel } from './wasm-kernel.ts'

interface Alpha {
  readonly alpha: number
}

interface Bounds {
  readonly clipValueMin: number
  readonly clipValueMax: number
}

/**
 * Functions of one number. NaN comes out as NaN of every one of them; the stock kernels lose it in ClipByValue, Relu6
 * and Sign.
 */
export const UNARY_KERNELS: readonly WasmKernel[] = [
  unary('Abs', 'abs'),
  unary('ClipByValue', 'clip', ({ clipValueMin, clipValueMax }: Bounds) => [clipValueMin, clipValueMax]),
  unary('Elu', 'elu'),
  unary('Exp', 'exp'),
  unary('LeakyRelu', 'leakyRelu', ({ alpha }: Alpha) => [alpha]),
  unary('Log', 'log'),
  unary('Neg', 'neg'),
  unary('Reciprocal', 'reciprocal'),
  unary('Relu', 'relu'),
  unary('Relu6', 'relu6'),
  unary('Rsqrt', 'rsqrt'),
  unary('Sigmoid', 'sigmoid'),
  unary('Sign', 'sign'),
  unary('Softplus', 'softplus'),
  unary('Sqrt', 'sqrt'),
  unary('Square', 'square'),
  unary('Step', 'step', ({ alpha }: Alpha) => [alpha]),
  unary('Tanh', 'tanh'),
]
