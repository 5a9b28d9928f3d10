import { memory, type TensorInfo } from '@tensorflow/tfjs-core'
import { WasmKernelError } from '../wasm-kernel-error.ts'

/** What is guarded of a backend. tfjs declares its module without the allocator. */
export interface GuardedBackend {
  makeOutput(...args: unknown[]): TensorInfo
  readonly dataIdMap: { has(dataId: object): boolean }
  disposeData(dataId: object): boolean
  readonly wasm: object
}

interface Emscripten {
  _malloc?: (bytes: number) => number
  readonly _free?: (address: number) => void
  readonly asm?: { readonly memory?: unknown }
}

/** Addresses have 32 bits. */
const ADDRESSES = 2 ** 32
/**
 * The heap stops so far below. Where the end of the heap and what is asked for exceed 2³², the break of tfjs' allocator wraps
 * around to 0, and from then on it gives out memory that is in use.
 */
const RESERVE = 2 ** 28
/** What the allocator may add to a request, generously. */
const PADDING = 2 ** 20
const GIB = 2 ** 30

/** Backends that are guarded, each with the data that its running kernels have made so far. */
const guarded = new WeakMap<object, { depth: number; readonly made: object[] }>()

/**
 * Makes a backend say that its memory is full. tfjs does not look at what malloc answers: where there is nothing left it
 * goes on at address 0, over its own data, and of a tensor above 4 GiB it allocates what is left of its size modulo 2³².
 * Every tensor that tfjs makes on the WASM backend, in a kernel or from values, comes by here.
 */
export function guardMemory(backend: GuardedBackend): void {
  const module: Emscripten = backend.wasm
  const free = module._free
  if (guarded.has(backend) || module._malloc === undefined || free === undefined) return
  // Emscripten's stub puts the allocator itself into its place when it is first called.
  free(module._malloc(1))
  const malloc = module._malloc
  const heap = module.asm?.memory
  if (!(heap instanceof WebAssembly.Memory)) return
  stopBelowTheEnd(heap)
  module._malloc = (bytes) => {
    const mayWrap = bytes + PADDING > RESERVE && heap.buffer.byteLength + bytes + PADDING > ADDRESSES
    const start = mayWrap ? 0 : malloc(bytes)
    if (start === 0 && bytes > 0) throw outOfMemory(bytes, heap.buffer.byteLength)
    return start
  }
  const calls = { depth: 0, made: [] as object[] }
  const makeOutput = backend.makeOutput
  backend.makeOutput = function made(...args): TensorInfo {
    const output = makeOutput.apply(this, args)
    if (calls.depth > 0) calls.made.push(output.dataId)
    return output
  }
  guarded.set(backend, calls)
}

/** Runs a kernel. If it throws, for want of memory or else, what it had made by then is freed. */
export function undoingOnError<T>(backend: GuardedBackend, kernel: () => T): T {
  const calls = guarded.get(backend)
  if (calls === undefined) return kernel()
  const { made } = calls
  const before = made.length
  calls.depth++
  try {
    return kernel()
  } catch (error) {
    for (const dataId of made.splice(before)) if (backend.dataIdMap.has(dataId)) backend.disposeData(dataId)
    throw error
  } finally {
    calls.depth--
    if (calls.depth === 0) made.length = 0
  }
}

/** What the allocator cannot get it asks for in smaller portions, and then gives up; both are as they should be. */
function stopBelowTheEnd(heap: WebAssembly.Memory): void {
  const grow = heap.grow
  heap.grow = (pages) => {
    if (heap.buffer.byteLength + pages * 2 ** 16 > ADDRESSES - RESERVE) throw new RangeError('the heap is full')
    return grow.call(heap, pages)
  }
}

function outOfMemory(bytes: number, heapBytes: number): WasmKernelError {
  const { numBytes, numTensors } = memory()
  return new WasmKernelError(
    'OUT_OF_MEMORY',
    `WASM memory: ${show(bytes)} (${bytes} bytes) cannot be had beside ${show(numBytes)} in ${numTensors} tensors; the ` +
      `heap has ${show(heapBytes)}, and 3.75 GiB at most or what the machine gives. Take a smaller batch, or dispose of tensors.`,
  )
}

function show(bytes: number): string {
  return bytes >= GIB / 10 ? `${(bytes / GIB).toFixed(2)} GiB` : `${(bytes / 2 ** 20).toFixed(2)} MiB`
}
