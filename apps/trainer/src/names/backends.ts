import { backend, ready, setBackend } from '@tensorflow/tfjs-core'
import { TrainingError } from '../training-error.ts'

/** A backend by the name that `--backend` takes. */
export type BackendName = 'cpu' | 'wasm'

/** A backend that can be asked for. */
export interface BackendEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** Registers the backend and its kernels with tfjs. */
  load(): Promise<unknown>
}

/** The backends there are. Each is loaded when it is asked for. */
export const BACKENDS: Readonly<Record<BackendName, BackendEntry>> = {
  wasm: {
    summary: 'WebAssembly with SIMD, and the kernels for training of @gg/wasm-kernels',
    load: () => import('@gg/wasm-kernels/register'),
  },
  cpu: {
    summary: 'plain JavaScript: slow, needs nothing',
    load: () => import('@tensorflow/tfjs-backend-cpu'),
  },
}

/**
 * Loads a backend and makes it tfjs' current one, for the whole process.
 *
 * @throws TrainingError `BACKEND_FAILED`.
 */
export async function startBackend(name: BackendName): Promise<void> {
  try {
    await BACKENDS[name].load()
    const started = await setBackend(name)
    await ready()
    if (!started) throw new Error('tfjs could not initialize it')
    if (name === 'wasm') refuseNothing(backend())
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const others = Object.keys(BACKENDS).filter((other) => other !== name)
    throw new TrainingError(
      'BACKEND_FAILED',
      `Backend '${name}' did not start: ${reason}. Try another one: ${others.join(', ')}.`,
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
