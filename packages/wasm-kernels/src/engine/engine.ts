import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Arena, createArena } from './arena.ts'
import { PLAIN, TILE_BUILDS, type TileBuild } from './builds.ts'
import type { Heap } from './heap.ts'
import { instantiate, type Job } from './instantiate.ts'

/** How a job may be cut into pieces. */
export interface Cut {
  /** How many items there are. */
  readonly items: number
  /** A piece has a multiple of this many items, so vectors begin at the same items for any number of threads. */
  readonly grain: number
  /** Bytes a thread needs of its own, whatever piece it runs. */
  readonly scratch?: number
}

/** Our own WASM modules on the memory of a backend. */
export interface Engine {
  readonly build: TileBuild
  /** Rows and columns of the register tile. */
  readonly tile: { readonly rows: number; readonly columns: number }
  readonly threads: number
  readonly heap: Heap
  /**
   * Runs a job to its end. `ints` are what `int` and `at` read in the job, `reals` what `real` reads.
   * Results do not depend on the number of threads as long as each piece writes to places of its own.
   */
  readonly run: (job: string, cut: Cut, ints: readonly number[], reals?: readonly number[]) => void
  /** Where a tensor lies. */
  readonly at: (tensor: TensorInfo) => number
  /** Runs `body` with memory that is given back afterwards, also when it throws. */
  readonly borrow: <T>(body: (take: Arena['take']) => T) => T
  readonly dispose: () => void
}

// As in assembly/job.ts.
const INTS = 24
const REALS = 8

/** Puts a build of the kernels onto a heap. */
export function createEngine(heap: Heap, build: TileBuild): Engine {
  const jobs: Readonly<Record<string, Job>> = {
    ...instantiate(PLAIN, heap.memory),
    ...instantiate(TILE_BUILDS[build], heap.memory),
  }
  const [rows = 4, columns = 8] = (/\d+x\d+/.exec(build)?.[0] ?? '').split('x').map(Number)
  const args = heap.allocate(4 * (INTS + REALS))
  const arena = createArena(heap)
  let scratch = { address: 0, bytes: 0 }
  let words = new Int32Array(heap.memory.buffer)
  let fractions = new Float32Array(heap.memory.buffer)

  /** Memory that grows leaves views of the old size behind. */
  function look(): void {
    if (words.buffer === heap.memory.buffer) return
    words = new Int32Array(heap.memory.buffer)
    fractions = new Float32Array(heap.memory.buffer)
  }

  function provide(bytes: number): number {
    if (bytes > scratch.bytes) {
      heap.free(scratch.address)
      scratch = { address: 0, bytes: 0 }
      scratch = { address: heap.allocate(bytes), bytes }
    }
    return scratch.address
  }

  return {
    build,
    tile: { rows, columns },
    threads: 1,
    heap,
    run(name, { items, scratch: bytes = 0 }, ints, reals = []) {
      const job = jobs[name]
      if (job === undefined) throw new TypeError(`no job '${name}' in the kernels' module`)
      const own = provide(bytes)
      look()
      words.set(ints, args >>> 2)
      if (reals.length > 0) fractions.set(reals, (args >>> 2) + INTS)
      job(args, 0, items, own)
    },
    at: heap.addressOf,
    borrow: arena.borrow,
    dispose() {
      arena.dispose()
      heap.free(scratch.address)
      heap.free(args)
    },
  }
}
