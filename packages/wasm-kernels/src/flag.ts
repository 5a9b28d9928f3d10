import type { Engine } from './engine/engine.ts'

/** A word that is 0 until a job sets it. */
export function takeFlag(engine: Engine, take: (bytes: number) => number): number {
  const flag = take(4)
  new Int32Array(engine.heap.memory.buffer, flag, 1)[0] = 0
  return flag
}

/** Whether a job has set the word. The memory may have grown since it was taken. */
export function isSet(engine: Engine, flag: number): boolean {
  return new Int32Array(engine.heap.memory.buffer, flag, 1)[0] !== 0
}
