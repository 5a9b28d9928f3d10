import { WasmKernelError } from '../wasm-kernel-error.ts'

/** More than these gain little on the layers of small networks: what is left is the work between two kernels. */
const MOST = 4

/** How many threads 'auto' means, or the number that was asked for, checked. */
export function threadCount(threads: number | 'auto'): number {
  if (threads === 'auto') return canShare() ? Math.min(MOST, cores()) : 1
  if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
    throw new WasmKernelError(
      'INVALID_ARGUMENT',
      `enableWasm: \`threads\` must be 'auto' or a whole number from 1 to 64, got ${String(threads)}.`,
    )
  }
  if (threads > 1 && !canShare()) {
    throw new WasmKernelError(
      'UNSUPPORTED',
      `enableWasm: \`threads\` must be 1 here, got ${threads}: memory cannot be shared. A page needs the headers ` +
        "'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp'.",
    )
  }
  return threads
}

/** Whether memory can be shared: always in Node, in a browser on pages that are isolated from other origins. */
function canShare(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  return typeof SharedArrayBuffer !== 'undefined' && crossOriginIsolated !== false
}

function cores(): number {
  const { process, navigator } = globalThis as {
    process?: NodeJS.Process
    navigator?: { hardwareConcurrency?: number }
  }
  return process?.getBuiltinModule?.('node:os').availableParallelism() ?? navigator?.hardwareConcurrency ?? 1
}
