import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Arena, createArena } from './arena.ts'
import { bytesOf, type TileBuild } from './builds.ts'
import { type Heap, isShared } from './heap.ts'
import { instantiate, type Job } from './instantiate.ts'
import { blockBytes, CONTROL_BYTES, INTS } from './pieces.ts'
import { type Pool, startPool } from './pool.ts'
import { shareMemory } from './share-memory.ts'

/** How a job may be cut into pieces. */
interface Cut {
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

/** Puts a build of the kernels onto a heap; everything runs on the calling thread. */
export function createEngine(heap: Heap, build: TileBuild): Engine {
  return assemble(heap, build, heap.allocate(blockBytes(1)), load(heap, build))
}

/** Puts a build of the kernels onto a heap whose memory is shared, and starts `threads - 1` threads that help. */
export async function createThreadedEngine(heap: Heap, build: TileBuild, threads: number): Promise<Engine> {
  const control = heap.allocate(blockBytes(threads))
  const loaded = load(heap, build)
  const jobs = loaded.jobs.map(([, job]) => job)
  try {
    return assemble(heap, build, control, loaded, await startPool(heap.memory, loaded.modules, jobs, control, threads))
  } catch (cause) {
    heap.free(control)
    throw cause
  }
}

interface Loaded {
  readonly modules: readonly WebAssembly.Module[]
  readonly jobs: readonly (readonly [name: string, job: Job])[]
}

function load(heap: Heap, build: TileBuild): Loaded {
  const modules = (['plain', build] as const)
    .map(bytesOf)
    .map((bytes) => new WebAssembly.Module(isShared(heap.memory) ? shareMemory(bytes) : bytes))
  return { modules, jobs: modules.flatMap((module) => instantiate(module, heap.memory)) }
}

function assemble(heap: Heap, build: TileBuild, control: number, { jobs }: Loaded, pool?: Pool): Engine {
  const byName = new Map(jobs.map(([name, job], which) => [name, { job, which }]))
  const [rows = 4, columns = 8] = (/\d+x\d+/.exec(build)?.[0] ?? '').split('x').map(Number)
  const args = control + CONTROL_BYTES
  // The number a thread has stays its own when another dies.
  const threads = pool?.threads ?? 1
  const arena = createArena(heap)
  let scratch = { address: 0, stride: 0 }
  let words = new Int32Array(heap.memory.buffer)
  let fractions = new Float32Array(heap.memory.buffer)

  /** Memory that grows leaves views without length behind; when it is shared, they go on and still reach the arguments. */
  function look(): void {
    if (words.length > 0) return
    words = new Int32Array(heap.memory.buffer)
    fractions = new Float32Array(heap.memory.buffer)
  }

  function provide(bytes: number): void {
    if (bytes <= scratch.stride) return
    const stride = Math.ceil(bytes / 64) * 64
    heap.free(scratch.address)
    scratch = { address: 0, stride: 0 }
    scratch = { address: heap.allocate(stride * threads), stride }
  }

  return {
    build,
    tile: { rows, columns },
    get threads() {
      return pool?.threads ?? 1
    },
    heap,
    run(name, { items, grain, scratch: bytes = 0 }, ints, reals = []) {
      const found = byName.get(name)
      if (found === undefined) throw new TypeError(`no job '${name}' in the kernels' modules`)
      provide(bytes)
      look()
      // For a few numbers a loop is four times as fast as `set`, and small tensors feel it.
      const first = args >>> 2
      for (let i = 0; i < ints.length; i++) words[first + i] = ints[i] as number
      if (reals.length > 0) fractions.set(reals, first + INTS)
      if (pool === undefined || pool.threads === 1 || items <= grain) found.job(args, 0, items, scratch.address)
      else pool.run(found.which, items, grain, scratch.address, scratch.stride)
    },
    at: heap.addressOf,
    borrow: arena.borrow,
    dispose() {
      pool?.dispose()
      arena.dispose()
      heap.free(scratch.address)
      heap.free(control)
    },
  }
}
