// What a thread of the pool runs. The build makes one script of it, which travels as text in the package.
import { instantiate } from './instantiate.ts'
import { runPieces, WORD } from './pieces.ts'
import type { ThreadStart } from './thread.ts'

/** How often an idle thread looks before it sleeps: about half a millisecond, more than lies between two kernels of a step. */
const LOOKS = 200_000

interface Port {
  readonly postMessage: (message: unknown) => void
}

function main({ modules, memory, control, thread }: ThreadStart, port: Port): void {
  const jobs = modules.flatMap((module) => instantiate(module, memory).map(([, job]) => job))
  const words = new Int32Array(memory.buffer)
  const base = control >>> 2
  let last = Atomics.load(words, base + WORD.job)
  port.postMessage('ready')
  for (;;) {
    for (let looks = 0; Atomics.load(words, base + WORD.job) === last; looks++) {
      if (looks < LOOKS) continue
      Atomics.add(words, base + WORD.asleep, 1)
      Atomics.wait(words, base + WORD.job, last)
      Atomics.sub(words, base + WORD.asleep, 1)
    }
    last = Atomics.load(words, base + WORD.job)
    runPieces(words, control, jobs, thread)
  }
}

const node = (globalThis as { process?: NodeJS.Process }).process?.getBuiltinModule?.('node:worker_threads')
if (node?.parentPort) {
  const port = node.parentPort
  port.once('message', (start: ThreadStart) => main(start, port))
} else {
  globalThis.addEventListener('message', ({ data }: MessageEvent<ThreadStart>) => main(data, globalThis), {
    once: true,
  })
}
