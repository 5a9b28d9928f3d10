import type { Job } from './instantiate.ts'

/**
 * The words of the block of shared memory through which threads agree on who does what. A ticket is the number of
 * the job in its upper and the number of a piece in its lower 16 bits, so that a thread which comes late, holding a
 * ticket for a job that is over, sees that it is.
 */
export const WORD = {
  /** Goes up with each job; idle threads sleep on it. */
  job: 0,
  /** The next ticket to take. */
  ticket: 1,
  /** The ticket behind the last. */
  end: 2,
  /** Pieces done; the main thread sleeps on it. */
  done: 3,
  /** Pieces that threw. */
  failed: 4,
  /** Threads asleep, so that nobody is called who is awake. */
  asleep: 5,
  /** Which job, how many items it has, how many a piece has. */
  which: 6,
  items: 7,
  size: 8,
  /** Where the threads' own memory begins, and how much each has. */
  scratch: 9,
  stride: 10,
} as const

/** Bytes of the block; what a job is told lies behind it. */
export const CONTROL_BYTES = 128

/** More pieces than a ticket can number are never made. */
export const MOST_PIECES: number = 0xff_ff

/** Takes tickets and runs their pieces until none is left; true if a piece threw. */
export function runPieces(words: Int32Array, control: number, jobs: readonly Job[], thread: number): boolean {
  const base = control >>> 2
  const args = control + CONTROL_BYTES
  let threw = false
  for (;;) {
    const ticket = Atomics.add(words, base + WORD.ticket, 1)
    const end = Atomics.load(words, base + WORD.end)
    if (ticket >>> 16 !== end >>> 16) {
      // The main thread is between the two words of a new job. It may be held up there for long, so only look: tickets
      // that are taken all the while would run over into the number of the next job.
      const jobOf = (word: number): number => Atomics.load(words, base + word) >>> 16
      while (jobOf(WORD.ticket) !== jobOf(WORD.end)) {}
      continue
    }
    if ((ticket & MOST_PIECES) >= (end & MOST_PIECES)) return threw
    const word = (index: number): number => words[base + index] ?? 0
    const from = (ticket & MOST_PIECES) * word(WORD.size)
    const to = Math.min(word(WORD.items), from + word(WORD.size))
    try {
      jobs[word(WORD.which)]?.(args, from, to, (word(WORD.scratch) >>> 0) + thread * word(WORD.stride))
    } catch {
      threw = true
      Atomics.add(words, base + WORD.failed, 1)
    }
    if (Atomics.add(words, base + WORD.done, 1) + 1 === (end & MOST_PIECES)) {
      Atomics.notify(words, base + WORD.done)
    }
  }
}
