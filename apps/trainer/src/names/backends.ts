import { ready, setBackend } from '@tensorflow/tfjs-core'
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
