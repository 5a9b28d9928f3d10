import { chooseBackend } from '@gg/native'
import { describe, enableWasm } from '@gg/wasm-kernels'
import { TrainingError } from '../training-error.ts'

/** A backend by the name that `--backend` takes. */
export type BackendName = 'auto' | 'cpu' | 'cuda' | 'tensorflow' | 'wasm' | 'webgpu'

/** WebGPU has to be asked for: tensors on it cannot be read at once, which a user's own transformation may do. */
const AUTOMATIC = ['cuda', 'tensorflow', 'wasm', 'cpu'] as const

/** What a backend computes on. */
export interface StartedBackend {
  /** Such as `CPU, 2 threads, relaxed-4x8`, or the name of a GPU. */
  readonly device: string
}

/** A backend that can be asked for. */
export interface BackendEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** Starts it, sees that it computes gradients right, and makes it tfjs' current one. */
  load(threads: number | null): Promise<StartedBackend>
}

/** The backends there are. Each is loaded when it is asked for. */
export const BACKENDS: Readonly<Record<BackendName, BackendEntry>> = {
  wasm: {
    summary: 'WebAssembly with SIMD and threads, and the kernels for training of @gg/wasm-kernels',
    load: async (threads) => {
      await loadWasm(threads)
      return described(await chooseBackend('wasm'))
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
    load: async (threads) =>
      described(await chooseBackend('auto', { among: AUTOMATIC, loadWasm: () => loadWasm(threads) })),
  },
}

/** Of WASM the threads and the build of the kernels are part of what computes. */
function described({ name, device }: { readonly name: string; readonly device: string }): StartedBackend {
  const wasm = name === 'wasm' ? describe() : undefined
  if (wasm === undefined) return { device }
  return { device: `${device}, ${wasm.threads} ${wasm.threads === 1 ? 'thread' : 'threads'}, kernels ${wasm.build}` }
}

function loadWasm(threads: number | null): Promise<unknown> {
  return enableWasm({ threads: threads ?? 'auto' })
}

/**
 * Loads a backend, sees that it computes gradients right, and makes it tfjs' current one, for the whole process.
 *
 * @param threads - Threads of the WASM backend; null for one a core, 4 at most.
 * @returns what it computes on
 * @throws TrainingError `BACKEND_FAILED`.
 */
export async function startBackend(name: BackendName, threads: number | null = null): Promise<StartedBackend> {
  try {
    return await BACKENDS[name].load(threads)
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '')
    throw new TrainingError(
      'BACKEND_FAILED',
      `Backend '${name}' did not start: ${reason}. \`gg doctor\` tells which ones start here.`,
      { cause },
    )
  }
}
