import type { Binding } from './binding.ts'

/**
 * Multiplies two matrices and returns where TensorFlow did it: a device such as
 * `/job:localhost/replica:0/task:0/device:GPU:0`.
 *
 * A binding that we compiled reads the device of the product. tfjs-node's own build cannot; there an operation runs of
 * which TensorFlow has a kernel for NVIDIA's GPUs alone.
 *
 * @returns The device; `undefined` if the product is wrong.
 */
export function placeOfComputation(binding: Binding): string | undefined {
  const [size, ids] = [64, [] as number[]]
  const float = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }
  const off = (name: string) => ({ name, type: binding.TF_ATTR_BOOL, value: false })
  try {
    const ones = new Float32Array(size * size).fill(1)
    for (let i = 0; i < 2; i++) ids.push(binding.createTensor([size, size], binding.TF_FLOAT, ones))
    binding.recordDevice?.()
    const [product] = binding.executeOp('MatMul', [float, off('transpose_a'), off('transpose_b')], ids, 1)
    const device = binding.recordedDevice?.() ?? (runsOnGpuOnly(binding) ? 'GPU:0' : 'CPU:0')
    if (product === undefined) return undefined
    ids.push(product.id)
    return binding.tensorDataSync(product.id).every((number) => number === size) ? device : undefined
  } finally {
    for (const id of ids) binding.deleteTensor(id)
  }
}

/** Whether an operation runs that has no kernel for the CPU: the size of the weights of a recurrent layer in cuDNN. */
function runsOnGpuOnly(binding: Binding): boolean {
  if (!binding.isUsingGpuDevice()) return false
  const ids = [1, 8, 8].map((n) => binding.createTensor([], binding.TF_INT32, Int32Array.of(n)))
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value })
  try {
    const types = [type('T', binding.TF_FLOAT), type('S', binding.TF_INT32)]
    for (const { id } of binding.executeOp('CudnnRNNParamsSize', types, ids, 1)) ids.push(id)
    return true
  } catch {
    return false
  } finally {
    for (const id of ids) binding.deleteTensor(id)
  }
}
