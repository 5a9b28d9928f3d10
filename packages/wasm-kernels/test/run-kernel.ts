import { dispose, engine, type NamedAttrMap, type Tensor, tidy } from '@tensorflow/tfjs-core'

/** What a kernel gives. */
export interface KernelResult {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** Runs one kernel on the current backend and gives its numbers; nothing stays behind. */
export function runKernel(name: string, inputs: Record<string, Tensor>, attrs: object): KernelResult {
  return tidy(() => {
    // A fused kernel gives an array of results; here, the first.
    const [out] = [engine().runKernel(name, inputs, attrs as NamedAttrMap)].flat() as [Tensor]
    return { shape: out.shape, values: out.dataSync() as Float32Array }
  })
}

/** Runs one kernel on inputs that are made for it, and gone with it. */
export function runKernelOn(name: string, inputs: Record<string, Tensor>, attrs: object): KernelResult {
  const result = runKernel(name, inputs, attrs)
  dispose(inputs)
  return result
}
