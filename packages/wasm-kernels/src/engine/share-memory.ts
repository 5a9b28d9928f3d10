// https://webassembly.github.io/spec/core/binary/modules.html
const SECTION = { import: 2, memory: 5 } as const
const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const
/** Flags of a memory's limits. */
const HAS_MAXIMUM = 1
const SHARED = 2

/**
 * A module whose memory, imported or its own, is shared between threads. One flag says so; the code is the same,
 * and is right as long as threads do not write to the same places. The result is a copy.
 *
 * @throws TypeError when the module has no memory with a maximum, without which none can be shared.
 */
export function shareMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(module)
  const flags = memoryFlagsAt(bytes)
  if (flags === undefined || bytes[flags] !== HAS_MAXIMUM) {
    throw new TypeError('shareMemory: expected a WASM module with one unshared memory that has a maximum')
  }
  bytes[flags] = HAS_MAXIMUM | SHARED
  return bytes
}

/** Where the flags of the first memory's limits lie. */
function memoryFlagsAt(bytes: Uint8Array): number | undefined {
  let at = 8
  const byte = (): number => bytes[at++] ?? 0
  const number = (): number => {
    let value = 0
    let shift = 0
    let next = byte()
    for (; next & 0x80; next = byte(), shift += 7) value |= (next & 0x7f) << shift
    return (value | (next << shift)) >>> 0
  }
  const skipName = (): void => {
    const length = number()
    at += length
  }
  const skipLimits = (): void => {
    const flags = byte()
    number()
    if (flags & HAS_MAXIMUM) number()
  }
  while (at < bytes.length) {
    const section = byte()
    const end = number() + at
    if (section === SECTION.memory && number() > 0) return at
    if (section === SECTION.import) {
      for (let left = number(); left > 0; left--) {
        skipName()
        skipName()
        const kind = byte()
        if (kind === KIND.memory) return at
        if (kind === KIND.function) number()
        if (kind === KIND.global) at += 2
        if (kind === KIND.table) {
          at++
          skipLimits()
        }
      }
    }
    at = end
  }
  return undefined
}
