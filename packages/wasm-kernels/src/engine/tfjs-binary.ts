import { WasmKernelError } from '../wasm-kernel-error.ts'

const FILE = 'tfjs-backend-wasm-simd.wasm'

/** The bytes of tfjs' own SIMD binary: from `url`, or in Node, where none is needed, out of the installed package. */
export async function tfjsBinary(url?: string | URL): Promise<Uint8Array> {
  const { process } = globalThis as { process?: NodeJS.Process }
  const node = process?.getBuiltinModule
  if (node !== undefined && !/^https?:/.test(String(url))) {
    const installed = (): string =>
      node('node:module')
        .createRequire(import.meta.url)
        .resolve(`@tensorflow/tfjs-backend-wasm/dist/${FILE}`)
    return node('node:fs/promises').readFile(url ?? installed())
  }
  if (url === undefined) {
    throw new WasmKernelError(
      'INVALID_ARGUMENT',
      `enableWasm: \`tfjsWasm\` must be the URL of ${FILE}, got none. Threads need it in a browser; it lies in the ` +
        'dist folder of @tensorflow/tfjs-backend-wasm.',
    )
  }
  const response = await fetch(url)
  if (!response.ok) {
    throw new WasmKernelError('INVALID_ARGUMENT', `enableWasm: cannot fetch ${url}: status ${response.status}`)
  }
  return new Uint8Array(await response.arrayBuffer())
}
