import { createRequire } from 'node:module'
import type { Binding } from './binding.ts'
import { NativeError } from './native-error.ts'

/** What our prelude reads when the binding is loaded, and what it leaves there. */
interface Settings {
  readonly config: Uint8Array
  readonly libraries: readonly string[]
  failures?: readonly string[]
}

/** A loaded binding. */
export interface LoadedBinding {
  readonly binding: Binding
  /** CUDA libraries that could not be loaded, as the loader says it. */
  readonly failures: readonly string[]
}

/**
 * Loads a binding into this process, which starts TensorFlow.
 *
 * @param file - The binding.
 * @param config - The bytes of a `ConfigProto`; read by bindings that {@link buildBinding} made.
 * @param libraries - Shared libraries to load first, in this order; likewise.
 * @throws NativeError `LOAD_FAILED`.
 */
export function loadBinding(file: string, config: Uint8Array, libraries: readonly string[]): LoadedBinding {
  // Its first lines say which instructions the processor has; warnings and errors stay.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1'
  const settings: Settings = { config, libraries }
  const globals = globalThis as { __ggNative?: Settings }
  globals.__ggNative = settings
  try {
    const binding = createRequire(import.meta.url)(file) as Binding
    return { binding, failures: settings.failures ?? [] }
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
