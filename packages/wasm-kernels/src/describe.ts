import { engine as tfjs, version_core as tfjsVersion } from '@tensorflow/tfjs-core'
import type { TileBuild } from './engine/builds.ts'
import { engineOf } from './engine/engine-of.ts'
import { KERNEL_NAMES } from './kernel-names.ts'
import type { WasmHeap } from './wasm-kernel.ts'

/** What runs on the WASM backend. */
export interface WasmDescription {
  /**
   * The build of the kernels, after its instructions and its register tile; `'stock'` where they take their way
   * through tfjs' own: no SIMD, or a version of tfjs that keeps its memory elsewhere.
   */
  readonly build: TileBuild | 'stock'
  /** Threads that share the work of a kernel, the main one included. */
  readonly threads: number
  /** The kernels that this package adds or replaces. */
  readonly kernels: readonly string[]
  /** The version of tfjs. */
  readonly tfjs: string
}

/**
 * Tells which kernels run, in which build, on how many threads; undefined while the WASM backend is not running.
 *
 * @example
 * ```ts
 * import { describe, enableWasm } from '@gg/wasm-kernels'
 *
 * await enableWasm({ threads: 1, fusedMultiplyAdd: false })
 * console.log(describe()?.build, describe()?.threads) // → simd-4x8 1
 * ```
 */
export function describe(): WasmDescription | undefined {
  // Asking tfjs for the backend would start it.
  const backend = tfjs().registry['wasm'] as WasmHeap | undefined
  return backend && describeBackend(backend)
}

export function describeBackend(backend: WasmHeap): WasmDescription {
  const engine = engineOf(backend)
  return { build: engine?.build ?? 'stock', threads: engine?.threads ?? 1, kernels: KERNEL_NAMES, tfjs: tfjsVersion }
}
