import { NativeError } from './native-error.ts'

/** How much TensorFlow takes of the machine. Read when it starts, once a process. */
export interface TensorflowLimits {
  /**
   * Take memory of the GPU as it is needed; `true` unless said otherwise. With `false` TensorFlow takes nearly all of
   * it, or all of `memoryLimit`, at once, which spares it some fragmentation.
   */
  readonly memoryGrowth?: boolean
  /** The most memory of the GPU to take, in MiB, above 0; no limit unless given. */
  readonly memoryLimit?: number
  /** Threads within one operation on the CPU, at least 1; as many as there are cores unless given. */
  readonly threads?: number
}

/**
 * The limits as the bytes of TensorFlow's `ConfigProto`.
 *
 * @throws NativeError `INVALID_ARGUMENT` for a limit that cannot be.
 */
export function tensorflowConfig({ memoryGrowth = true, memoryLimit, threads }: TensorflowLimits): Uint8Array {
  if (memoryLimit !== undefined && !(Number.isFinite(memoryLimit) && memoryLimit > 0))
    throw invalid('memoryLimit', 'a number of MiB above 0', memoryLimit)
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw invalid('threads', 'a whole number above 0', threads)
  // Numbers of fields from tensorflow/core/protobuf/config.proto.
  const devices = memoryLimit === undefined ? [] : bytes(9, bytes(1, bytes(1, float32(memoryLimit))))
  const growth = varint(4, memoryGrowth ? 1 : 0)
  return Uint8Array.from([...(threads === undefined ? [] : varint(2, threads)), ...bytes(6, [...growth, ...devices])])
}

function invalid(name: string, kind: string, value: number): NativeError {
  return new NativeError('INVALID_ARGUMENT', `startTensorflow: \`${name}\` must be ${kind}, got ${value}.`)
}

function varint(field: number, value: number): readonly number[] {
  const encoded: number[] = [field << 3]
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) encoded.push((rest % 128) | 128)
  return [...encoded, rest]
}

function bytes(field: number, content: readonly number[]): readonly number[] {
  const [, ...length] = varint(field, content.length)
  return [(field << 3) | 2, ...length, ...content]
}

function float32(value: number): readonly number[] {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value, true)
  return [0, 1, 2, 3].map((at) => view.getUint8(at))
}
