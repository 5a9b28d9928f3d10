import source from '../../build/worker.txt'

/** What a thread is told when it starts. */
export interface ThreadStart {
  readonly modules: readonly WebAssembly.Module[]
  readonly memory: WebAssembly.Memory
  /** Where the control block lies. */
  readonly control: number
  /** The main thread is 0. */
  readonly thread: number
}

/** A thread of the pool. */
export interface Thread {
  /** Resolves when the thread waits for its first job, rejects when it died before. */
  readonly ready: Promise<void>
  /** Ends the thread; resolves when it has. */
  readonly end: () => Promise<void>
}

/** Starts a thread: a `worker_threads` worker in Node, which does not keep the process alive, a Web Worker elsewhere. */
export function startThread(start: ThreadStart, onDeath: (reason: string) => void): Thread {
  const node = (globalThis as { process?: NodeJS.Process }).process?.getBuiltinModule?.('node:worker_threads')
  return node === undefined ? webThread(start, onDeath) : nodeThread(node.Worker, start, onDeath)
}

function nodeThread(
  Worker: typeof import('node:worker_threads').Worker,
  start: ThreadStart,
  onDeath: (reason: string) => void,
): Thread {
  const worker = new Worker(source, { eval: true, name: `gg-wasm-${start.thread}` })
  let reason = 'it ended'
  worker.on('error', (error: Error) => {
    reason = error.message
  })
  worker.once('exit', () => onDeath(reason))
  worker.postMessage(start)
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => {
      worker.unref()
      resolve()
    })
    worker.once('exit', () => reject(new Error(reason)))
  })
  return {
    ready,
    end: async () => {
      await worker.terminate()
    },
  }
}

function webThread(start: ThreadStart, onDeath: (reason: string) => void): Thread {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  const worker = new Worker(url, { name: `gg-wasm-${start.thread}` })
  worker.addEventListener('error', (event) => onDeath(event.message))
  worker.postMessage(start)
  const ready = new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', () => resolve(), { once: true })
    worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true })
  }).finally(() => URL.revokeObjectURL(url))
  return { ready, end: async () => worker.terminate() }
}
