import { WasmKernelError } from '../wasm-kernel-error.ts'
import type { Job } from './instantiate.ts'
import { blockBytes, laneAt, MOST_PIECES, runPieces, WORD } from './pieces.ts'
import { startThread, type Thread } from './thread.ts'

/** Threads that share the work of a job. */
export interface Pool {
  /** How many threads there are, the main one included. */
  readonly threads: number
  /** Runs a job of the module to its end. */
  readonly run: (which: number, items: number, grain: number, scratch: number, stride: number) => void
  readonly dispose: () => void
}

/** So many pieces a thread, so that one which is held up leaves its share to the others. */
const PIECES_A_THREAD = 4
/** How often the main thread looks whether the last piece is done before it sleeps. */
const LOOKS = 100_000

/**
 * Starts `threads - 1` threads beside the main one; resolves when all of them wait for work.
 *
 * @param patience Milliseconds without a piece done after which a thread counts as lost.
 */
export async function startPool(
  memory: WebAssembly.Memory,
  modules: readonly WebAssembly.Module[],
  jobs: readonly Job[],
  control: number,
  threads: number,
  patience = 30_000,
): Promise<Pool> {
  const words = new Int32Array(memory.buffer)
  const base = control >>> 2
  words.fill(0, base, base + blockBytes(threads) / 4)
  words[base + WORD.lanes] = threads
  let alive = threads
  let generation = 0
  const mayWait = (globalThis as { process?: NodeJS.Process }).process?.versions?.node !== undefined

  const others: Thread[] = Array.from({ length: threads - 1 }, (_, index) =>
    startThread({ modules, memory, control, thread: index + 1 }, () => {
      // Pieces go to whoever asks, so the others take over; alone, the main thread stops asking.
      alive--
    }),
  )
  try {
    await Promise.all(others.map(({ ready }) => ready))
  } catch (cause) {
    for (const other of others) void other.end()
    throw new WasmKernelError('THREAD_FAILED', `enableWasm: a thread did not start: ${String(cause)}`, { cause })
  }

  function wait(count: number): void {
    let looks = 0
    let seen = -1
    let since = 0
    for (;;) {
      const done = Atomics.load(words, base + WORD.done)
      if (done === count) return
      if (++looks < LOOKS) continue
      if (done !== seen) {
        seen = done
        since = performance.now()
      } else if (performance.now() - since > patience) {
        alive = 1
        throw new WasmKernelError(
          'THREAD_FAILED',
          `WASM threads: ${count - done} of ${count} pieces were not done within ${patience / 1000} s, so a thread ` +
            'must have died. From now on one thread does all the work; start the program anew to have more.',
        )
      }
      // A page must not sleep on its main thread.
      if (mayWait) Atomics.wait(words, base + WORD.done, done, 1)
    }
  }

  return {
    get threads() {
      return alive
    },
    run(which, items, grain, scratch, stride) {
      const count = Math.min(alive * PIECES_A_THREAD, MOST_PIECES, Math.ceil(items / grain))
      generation = (generation + 1) & 0x7f_ff
      words[base + WORD.which] = which
      words[base + WORD.items] = items
      words[base + WORD.grain] = grain
      words[base + WORD.scratch] = scratch
      words[base + WORD.stride] = stride
      words[base + WORD.failed] = 0
      Atomics.store(words, base + WORD.done, 0)
      Atomics.store(words, base + WORD.pieces, (generation << 16) | count)
      for (let lane = 0; lane < threads; lane++) Atomics.store(words, laneAt(control, lane) >>> 2, generation << 16)
      Atomics.add(words, base + WORD.job, 1)
      if (Atomics.load(words, base + WORD.asleep) > 0) Atomics.notify(words, base + WORD.job)
      runPieces(words, control, jobs, 0)
      wait(count)
      if (words[base + WORD.failed] !== 0) {
        throw new WasmKernelError('THREAD_FAILED', 'WASM threads: a piece of a kernel trapped; its result is lost.')
      }
    },
    dispose() {
      alive = 1
      for (const other of others) void other.end()
    },
  }
}
