import { at, int } from './job'

// The description of a copy of runs: to, from, bytes of a run, how many axes the runs have, and for each, the innermost
// first: its size and the bytes from one to the next at the target and at the source.
const BYTES: i32 = 2
const AXES: i32 = 3
const FIRST_AXIS: i32 = 4

/** A call of `memory.copy` costs as much as copying some hundred bytes by hand. */
const SHORT: i32 = 128

function copyRun(to: usize, from: usize, bytes: i32): void {
  if (bytes > SHORT || (bytes & 3) !== 0) {
    memory.copy(to, from, bytes)
    return
  }
  let i = 0
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i))
  for (; i < bytes; i += 4) store<i32>(to + i, load<i32>(from + i))
}

/** Copies a block out of one tensor into one of another. Items: runs that lie together in both. */
export function copyRuns(args: usize, from: i32, to: i32, scratch: usize): void {
  const axes = int(args, AXES)
  for (let run = from; run < to; run++) {
    let target = at(args, 0)
    let source = at(args, 1)
    let rest = run
    for (let axis = 0, k = FIRST_AXIS; axis < axes; axis++, k += 3) {
      const next = axis + 1 < axes ? rest / int(args, k) : 0
      const position = rest - next * int(args, k)
      target += <usize>position * at(args, k + 1)
      source += <usize>position * at(args, k + 2)
      rest = next
    }
    copyRun(target, source, int(args, BYTES))
  }
}
