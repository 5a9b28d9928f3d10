import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { backend as currentBackend, env, ready, setBackend, engine as tfjs } from '@tensorflow/tfjs-core'
import { describeBackend, type WasmDescription } from './describe.ts'
import { chooseBuild, type TileBuild } from './engine/builds.ts'
import { createEngine, createThreadedEngine } from './engine/engine.ts'
import { useEngine } from './engine/engine-of.ts'
import { type Heap, heapOf, isShared } from './engine/heap.ts'
import { shareMemory } from './engine/share-memory.ts'
import { tfjsBinary } from './engine/tfjs-binary.ts'
import { threadCount } from './engine/thread-count.ts'
import { permitFusedMultiplyAdd, permitWideVectors } from './engine/v8-flags.ts'
import { registerWasmKernels } from './register-wasm-kernels.ts'
import { selfTest } from './self-test.ts'
import { WasmKernelError } from './wasm-kernel-error.ts'

const BINARIES = [
  'tfjs-backend-wasm.wasm',
  'tfjs-backend-wasm-simd.wasm',
  'tfjs-backend-wasm-threaded-simd.wasm',
] as const

/** How {@link enableWasm} starts the backend. */
export interface EnableWasmOptions {
  /** Threads that share the work of a kernel, the main one included; `'auto'`, the default: one a core, 4 at most. */
  readonly threads?: number | 'auto'
  /** Fused multiply-add, which rounds once: faster, and the last bit of a sum may differ. Default true. */
  readonly fusedMultiplyAdd?: boolean
  /**
   * Asks V8 for 256-bit vectors (`--experimental-wasm-revectorize`, Node 24 and later). An experiment of V8's, so it
   * is off by default, and a self-test must pass or it stays off.
   */
  readonly revectorize?: boolean
  /** Where `tfjs-backend-wasm-simd.wasm` of `@tensorflow/tfjs-backend-wasm` is served. Browsers need it for threads. */
  readonly tfjsWasm?: string | URL
}

/**
 * Starts tfjs' WASM backend with the kernels of this package, on several threads.
 *
 * Use it instead of `tf.setBackend('wasm')`, once, before the first tensor; `import '@gg/wasm-kernels/register'` gives
 * the same kernels on one thread. Results are the same bits for any number of threads. Idle threads sleep and do not
 * keep a program alive.
 *
 * tfjs' own binary runs on memory that is shared between threads: one flag in its header is set before it is
 * compiled. It works in Node, and in browsers on pages that are isolated from other origins (COOP and COEP headers);
 * elsewhere `'auto'` means one thread.
 *
 * @param options How many threads, and which instructions.
 * @returns What runs, as `describe()` tells it.
 * @throws WasmKernelError `INVALID_ARGUMENT` for a number of threads that is none; `UNSUPPORTED` where there is no SIMD,
 * where memory cannot be shared though threads were asked for, or where the backend is already running without them;
 * `THREAD_FAILED` when a thread does not start.
 * @example
 * ```ts
 * import { enableWasm } from '@gg/wasm-kernels'
 * import { tensor1d, sum } from '@tensorflow/tfjs-core'
 *
 * const { threads } = await enableWasm({ threads: 2 })
 * console.log(threads, sum(tensor1d([1, 2, 3])).dataSync()[0]) // → 2 6
 * ```
 */
export async function enableWasm(options: EnableWasmOptions = {}): Promise<WasmDescription> {
  const { threads = 'auto', fusedMultiplyAdd = true, revectorize = false, tfjsWasm } = options
  let count = threadCount(threads)
  // Here and not above: importing this file must not choose a backend for a program.
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  registerWasmKernels()
  if (fusedMultiplyAdd) permitFusedMultiplyAdd()
  if (count > 1 && !isRunning()) setWasmPaths(await sharedBinary(tfjsWasm), true)
  await setBackend('wasm')
  await ready()
  const backend = currentBackend() as BackendWasm
  const heap = heapOf(backend)
  if (heap === undefined || !env().getBool('WASM_HAS_SIMD_SUPPORT')) {
    throw new WasmKernelError(
      'UNSUPPORTED',
      `enableWasm: ${heap === undefined ? 'this version of tfjs keeps its memory elsewhere' : 'there is no SIMD here'}. ` +
        "Use import '@gg/wasm-kernels/register', which runs through the stock kernels.",
    )
  }
  if (count > 1 && !isShared(heap.memory)) {
    if (threads !== 'auto') {
      throw new WasmKernelError(
        'UNSUPPORTED',
        `enableWasm: \`threads\` must be 1, got ${count}: the WASM backend runs already, on memory that is not shared. ` +
          'Call enableWasm before the first tensor and instead of setBackend.',
      )
    }
    count = 1
  }
  const start = (build: TileBuild) => startEngine(backend, heap, build, count)
  const build = fusedMultiplyAdd ? chooseBuild() : 'simd-4x8'
  await start(build)
  if (revectorize && permitWideVectors()) {
    const expected = selfTest()
    await start('relaxed-6x16')
    if (!selfTest(expected)) await start(build)
  }
  return describeBackend(backend)
}

async function startEngine(backend: BackendWasm, heap: Heap, build: TileBuild, threads: number): Promise<void> {
  useEngine(backend, threads > 1 ? await createThreadedEngine(heap, build, threads) : createEngine(heap, build))
}

function isRunning(): boolean {
  return 'wasm' in tfjs().registry
}

/** tfjs' own binary, made for memory that threads share, in place of each that tfjs might choose. */
async function sharedBinary(tfjsWasm: string | URL | undefined): Promise<Record<(typeof BINARIES)[number], string>> {
  // The binary with threads of its own brings its own memory, and gains nothing in training.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  const url = URL.createObjectURL(new Blob([shareMemory(await tfjsBinary(tfjsWasm))], { type: 'application/wasm' }))
  return Object.fromEntries(BINARIES.map((name) => [name, url])) as Record<(typeof BINARIES)[number], string>
}
