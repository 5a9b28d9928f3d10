import { chooseBackend } from '@gg/native'
import { enableWasm } from '@gg/wasm-kernels'
import { backend, getBackend } from '@tensorflow/tfjs-core'
import { TrainingError } from '../training-error.ts'

/** A backend by the name that `--backend` takes. */
export type BackendName = 'auto' | 'cpu' | 'cuda' | 'tensorflow' | 'wasm' | 'webgpu'

/** WebGPU has to be asked for: tensors on it cannot be read at once, which a user's own transformation may do. */
const AUTOMATIC = ['cuda', 'tensorflow', 'wasm', 'cpu'] as const

/** A backend that can be asked for. */
export interface BackendEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** Starts it, sees that it computes gradients right, and makes it tfjs' current one. */
  load(threads: number | null): Promise<unknown>
}

/** The backends there are. Each is loaded when it is asked for. */
export const BACKENDS: Readonly<Record<BackendName, BackendEntry>> = {
  wasm: {
    summary: 'WebAssembly with SIMD and threads, and the kernels for training of @gg/wasm-kernels',
    load: async (threads) => {
      await loadWasm(threads)
      await chooseBackend('wasm')
    },
  },
  cuda: {
    summary: 'TensorFlow on a GPU of NVIDIA; fails where it does not compute there',
    load: () => chooseBackend('cuda'),
  },
  tensorflow: {
    summary: "TensorFlow's own library, out of tfjs-node or a Python package",
    load: () => chooseBackend('tensorflow'),
  },
  webgpu: { summary: 'a GPU through the package webgpu', load: () => chooseBackend('webgpu') },
  cpu: { summary: 'plain JavaScript: slow, needs nothing', load: () => chooseBackend('cpu') },
  auto: {
    summary: 'the best of cuda, tensorflow, wasm and cpu that computes gradients right on this machine',
    load: (threads) => chooseBackend('auto', { among: AUTOMATIC, loadWasm: () => loadWasm(threads) }),
  },
}

function loadWasm(threads: number | null): Promise<unknown> {
  return enableWasm({ threads: threads ?? 'auto' })
}

/**
 * Loads a backend, sees that it computes gradients right, and makes it tfjs' current one, for the whole process.
 *
 * @param threads - Threads of the WASM backend; null for one a core, 4 at most.
 * @throws TrainingError `BACKEND_FAILED`.
 */
export async function startBackend(name: BackendName, threads: number | null = null): Promise<void> {
  try {
    await BACKENDS[name].load(threads)
    if (getBackend() === 'wasm') refuseNothing(backend())
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '')
    throw new TrainingError(
      'BACKEND_FAILED',
      `Backend '${name}' did not start: ${reason}. \`gg doctor\` tells which ones start here.`,
      { cause },
    )
  }
}

/** The part of the WASM backend that hands out memory. */
interface Heap {
  _malloc: ((bytes: number) => number) & { refuses?: true }
}

/**
 * Where its memory is used up, tfjs' WASM backend gets the address 0, takes it for memory like any other, and computes on
 * with what other tensors have written there. Here it is an error.
 */
function refuseNothing(wasmBackend: object): void {
  const heap = (wasmBackend as { readonly wasm?: Heap }).wasm
  if (heap === undefined || heap._malloc.refuses) return
  const malloc = heap._malloc
  const checked: Heap['_malloc'] = (bytes) => {
    const address = malloc(bytes)
    if (address === 0 && bytes > 0) throw new Error(`out of memory: the WASM heap has no ${bytes} bytes left`)
    return address
  }
  checked.refuses = true
  heap._malloc = checked
}
