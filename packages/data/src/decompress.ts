/**
 * Decompresses a stream with the platform's own `DecompressionStream`, which browsers and Node share. Stopping early
 * stops the reading too.
 *
 * @throws whatever the platform throws for damaged, truncated or trailing bytes
 */
export function decompress(format: 'gzip' | 'deflate', chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const stream = readable(chunks).pipeThrough(new DecompressionStream(format))
  return drain(stream)
}

/** A web stream of the pieces, each copied: a piece is only valid until the next is asked for. */
export function readable(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(value.slice())
    },
    cancel: async () => {
      await iterator.return?.()
    },
  })
}

/** Not `for await` over the stream itself: Safari cannot do that before version 26.4. */
export async function* drain(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    // A stream that has failed rejects here with what `read` has already thrown.
    await reader.cancel().catch(() => {})
  }
}
