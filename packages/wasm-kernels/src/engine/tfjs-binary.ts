import { WasmKernelError } from '../wasm-kernel-error.ts'

const FILE = 'tfjs-backend-wasm-simd.wasm'

/** The bytes of tfjs' own SIMD binary: out of the installed package in Node, from `url` elsewhere. */
export async function tfjsBinary(url?: string | URL): Promise<Uint8Array> {
  if (url !== undefined && /^https?:|^blob:/.test(new URL(url, globalThis.location?.href).protocol))
    return fetchBytes(url)
  const { process } = globalThis as { process?: NodeJS.Process }
  const module = process?.getBuiltinModule?.('node:module')
  const fs = process?.getBuiltinModule?.('node:fs/promises')
  if (module === undefined || fs === undefined) {
    throw new WasmKernelError(
      'INVALID_ARGUMENT',
      `enableWasm: \`tfjsWasm\` must be the URL of ${FILE}, which lies in the dist folder of ` +
        '@tensorflow/tfjs-backend-wasm, got none. Threads need it in a browser.',
    )
  }
  return fs.readFile(url ?? module.createRequire(import.meta.url).resolve(`@tensorflow/tfjs-backend-wasm/dist/${FILE}`))
}

async function fetchBytes(url: string | URL): Promise<Uint8Array> {
  const response = await fetch(url)
  if (!response.ok) {
    throw new WasmKernelError(
      'INVALID_ARGUMENT',
      `enableWasm: cannot fetch ${url}: ${response.status} ${response.statusText}`,
    )
  }
  return new Uint8Array(await response.arrayBuffer())
}
