import type { Heap } from './heap.ts'

/** Memory for what lives no longer than a kernel: packed weights, tables, partial sums. */
export interface Arena {
  readonly take: (bytes: number) => number
  readonly borrow: <T>(body: (take: (bytes: number) => number) => T) => T
  readonly dispose: () => void
}

const ALIGNMENT = 64
const FIRST = 1 << 20

/**
 * One block out of which pieces are cut, and put back all at once. What does not fit comes from the heap for this
 * once, and the block grows to that size before it is used again: after a step or two nothing is allocated.
 */
export function createArena(heap: Heap): Arena {
  let block = { address: 0, bytes: 0 }
  let used = 0
  let wanted = FIRST
  let depth = 0
  const extra: number[] = []

  function grow(): void {
    if (block.bytes >= wanted) return
    heap.free(block.address)
    block = { address: 0, bytes: 0 }
    try {
      block = { address: heap.allocate(wanted), bytes: wanted }
    } catch {
      // So much is not to be had: pieces come from the heap, which may have what this kernel wants.
      wanted = 0
    }
  }

  function take(bytes: number): number {
    const length = Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
    const start = used
    used += length
    if (used <= block.bytes) return block.address + start
    const address = heap.allocate(length)
    wanted = Math.max(wanted, used)
    extra.push(address)
    return address
  }

  return {
    take,
    borrow(body) {
      if (depth === 0) grow()
      const before = used
      depth++
      try {
        return body(take)
      } finally {
        depth--
        used = before
        if (depth === 0) for (const address of extra.splice(0)) heap.free(address)
      }
    },
    dispose() {
      heap.free(block.address)
      block = { address: 0, bytes: 0 }
    },
  }
}
