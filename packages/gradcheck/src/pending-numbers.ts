import { engine, type Tensor } from '@tensorflow/tfjs-core'

/** A tensor whose numbers have been asked for. The tensor may be disposed, the numbers arrive all the same. */
export interface PendingNumbers {
  readonly shape: readonly number[]
  readonly dtype: string
  readonly numbers: Promise<Float32Array>
}

/** Asks for the numbers of a tensor and waits for nothing: on webgpu there is no other way to have them. */
export function pendingNumbers(tensor: Tensor): PendingNumbers {
  // Copied, since some backends hand out memory that they use again.
  const numbers = held(tensor, () => tensor.data<'float32'>()).then((data) => Float32Array.from(data))
  // If the function throws meanwhile nobody waits for them any more, and a failure to read is no failure then.
  numbers.catch(() => {})
  return { shape: tensor.shape, dtype: tensor.dtype, numbers }
}

/** Holds on to the data until they are read: webgpu looks for them again when the copy from the GPU has arrived. */
async function held<T>({ dataId }: Tensor, read: () => Promise<T>): Promise<T> {
  const { backend } = engine()
  backend.incRef(dataId)
  try {
    return await read()
  } finally {
    if (backend.disposeData(dataId)) engine().removeDataId(dataId, backend)
  }
}
