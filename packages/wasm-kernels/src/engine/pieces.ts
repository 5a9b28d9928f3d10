import type { Job } from './instantiate.ts'

/**
 * The words of the block of shared memory through which threads agree on who does what.
 *
 * A job's pieces are dealt out to the threads in order, and what a thread wrote in one job it mostly reads in the next, out
 * of its own cache. So each thread has a lane, with a counter from which tickets for the lane's pieces are taken: first by
 * the thread itself, and by those that are done with their own, so that one which is held up leaves its share to the others. A
 * ticket has the number of the job in its upper and the number of a piece in the lane in its lower 16 bits: a thread which
 * comes late, holding a ticket for a job that is over, sees that it is.
 */
export const WORD = {
  /** Goes up with each job; idle threads sleep on it. */
  job: 0,
  /** The number of the job, and how many pieces it has. */
  pieces: 1,
  /** Pieces done; the main thread sleeps on it. */
  done: 2,
  /** Pieces that threw. */
  failed: 3,
  /** Threads asleep, so that nobody is called who is awake. */
  asleep: 4,
  /** Which job, how many items it has, and of how many each piece has a multiple. */
  which: 5,
  items: 6,
  grain: 7,
  /** Where the threads' own memory begins, and how much each has. */
  scratch: 8,
  stride: 9,
  /** How many lanes there are. */
  lanes: 10,
} as const

/** Bytes of the words; what a job is told lies behind them, and behind that the lanes. */
export const CONTROL_BYTES = 128

// As in assembly/job.ts: whole numbers, then fractions.
export const INTS = 24
const REALS = 8

/** A counter alone in its line of the cache, so that it is its own thread's most of the time. */
const LANE_BYTES = 64

/** Bytes of the block, all of it. */
export function blockBytes(lanes: number): number {
  return laneAt(0, lanes)
}

/** Where the counter of a lane lies. */
export function laneAt(control: number, lane: number): number {
  return control + CONTROL_BYTES + 4 * (INTS + REALS) + lane * LANE_BYTES
}

/** More pieces than a ticket can number are never made. */
export const MOST_PIECES: number = 0xff_ff

/** Runs pieces until none is left, those of the own lane first. */
export function runPieces(words: Int32Array, control: number, jobs: readonly Job[], thread: number): void {
  const lanes = words[(control >>> 2) + WORD.lanes] ?? 1
  for (let k = 0; k < lanes; k++) runLane(words, control, jobs, thread, (thread + k) % lanes)
}

/** Where the i-th of `parts` nearly equal parts of `whole` begins. */
function share(i: number, whole: number, parts: number): number {
  return Math.floor((i * whole) / parts)
}

function runLane(words: Int32Array, control: number, jobs: readonly Job[], thread: number, lane: number): void {
  const base = control >>> 2
  const counter = laneAt(control, lane) >>> 2
  const word = (index: number): number => words[base + index] ?? 0
  for (;;) {
    const ticket = Atomics.add(words, counter, 1)
    const pieces = Atomics.load(words, base + WORD.pieces)
    if (ticket >>> 16 !== pieces >>> 16) {
      // The main thread is between the words of a new job. It may be held up there for long, so only look: tickets that
      // are taken all the while would run over into the number of the next job.
      while (Atomics.load(words, counter) >>> 16 !== Atomics.load(words, base + WORD.pieces) >>> 16) {}
      continue
    }
    const count = pieces & MOST_PIECES
    const [items, grain, lanes] = [word(WORD.items), word(WORD.grain), word(WORD.lanes)]
    const piece = share(lane, count, lanes) + (ticket & MOST_PIECES)
    if (piece >= share(lane + 1, count, lanes)) return
    const grains = Math.ceil(items / grain)
    const from = grain * share(piece, grains, count)
    const to = Math.min(items, grain * share(piece + 1, grains, count))
    const scratch = (word(WORD.scratch) >>> 0) + thread * word(WORD.stride)
    try {
      jobs[word(WORD.which)]?.(control + CONTROL_BYTES, from, to, scratch)
    } catch {
      Atomics.add(words, base + WORD.failed, 1)
    }
    if (Atomics.add(words, base + WORD.done, 1) + 1 === count) Atomics.notify(words, base + WORD.done)
  }
}
