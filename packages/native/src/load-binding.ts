import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Binding } from './binding.ts'
import { NativeError } from './native-error.ts'

/** A loaded binding. */
export interface LoadedBinding {
  readonly binding: Binding
  /** Libraries that could not be loaded before it, as the system's loader says it. */
  readonly failures: readonly string[]
}

/**
 * Loads a binding into this process, which starts TensorFlow.
 *
 * @param file - The binding.
 * @param config - The bytes of a `ConfigProto`; read by a binding that {@link buildBinding} made.
 * @param libraries - Shared libraries to load first, in this order; likewise.
 * @throws NativeError `LOAD_FAILED`.
 */
export function loadBinding(file: string, config: Uint8Array, libraries: readonly string[]): LoadedBinding {
  const require = createRequire(import.meta.url)
  // Its first lines say which instructions the processor has; warnings and errors stay.
  const quiet = process.env['TF_CPP_MIN_LOG_LEVEL'] === undefined
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1'
  const globals = globalThis as { __ggNative?: { readonly config: Uint8Array } }
  globals.__ggNative = { config }
  try {
    const loader = join(dirname(file), 'gg_loader.node')
    const { load } = (existsSync(loader) ? require(loader) : { load: () => [] }) as Loader
    return { failures: load(libraries, quiet), binding: require(file) as Binding }
  } catch (cause) {
    throw new NativeError(
      'LOAD_FAILED',
      `loadBinding: '${file}' could not be loaded: ${cause instanceof Error ? cause.message : cause}. If its library ` +
        'was moved or replaced, delete that folder and try again.',
      { cause },
    )
  } finally {
    delete globals.__ggNative
  }
}

interface Loader {
  load(paths: readonly string[], quiet: boolean): readonly string[]
}
