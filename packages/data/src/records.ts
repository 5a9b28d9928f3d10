/**
 * Cuts a stream into records of equal length; what is left at the end is dropped. A record is valid until the next is
 * asked for.
 */
export async function* records(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const split = new Uint8Array(length)
  let held = 0
  for await (const chunk of chunks) {
    let at = 0
    if (held > 0) {
      at = Math.min(length - held, chunk.length)
      split.set(chunk.subarray(0, at), held)
      held += at
      if (held < length) continue
      yield split
      held = 0
    }
    for (; at + length <= chunk.length; at += length) yield chunk.subarray(at, at + length)
    split.set(chunk.subarray(at))
    held = chunk.length - at
  }
}
