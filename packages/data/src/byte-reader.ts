/** Reads a stream of pieces as bytes, one after the other. */
export interface ByteReader {
  /** Fills `target` and says how many bytes there were: fewer than its length only at the end. */
  readonly read: (target: Uint8Array) => Promise<number>
  /** Passes over `count` bytes, and says how many there were. */
  readonly skip: (count: number) => Promise<number>
  /** Whether there is no byte left. */
  readonly atEnd: () => Promise<boolean>
  /** The next `count` bytes as a stream of their own, and how many of them nobody has taken yet. */
  readonly part: (count: number) => { readonly chunks: AsyncIterable<Uint8Array>; readonly left: () => number }
  /** Ends the stream that it reads from. */
  readonly close: () => Promise<void>
}

/** A reader of the bytes of a stream. */
export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]()
  let piece: Uint8Array = new Uint8Array(0)
  let ended = false

  const atEnd = async (): Promise<boolean> => {
    while (piece.length === 0 && !ended) {
      const { done, value } = await iterator.next()
      if (done === true) ended = true
      else piece = value
    }
    return piece.length === 0
  }

  /** Up to `most` bytes, at least one, of what is at hand; none at the end. */
  const next = async (most: number): Promise<Uint8Array> => {
    if (most === 0 || (await atEnd())) return new Uint8Array(0)
    const taken = piece.subarray(0, most)
    piece = piece.subarray(taken.length)
    return taken
  }

  const take = async (count: number, use: (bytes: Uint8Array, at: number) => void): Promise<number> => {
    let at = 0
    while (at < count) {
      const bytes = await next(count - at)
      if (bytes.length === 0) break
      use(bytes, at)
      at += bytes.length
    }
    return at
  }

  const part = (count: number) => {
    let left = count
    async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
      while (left > 0) {
        const taken = await next(left)
        if (taken.length === 0) return
        left -= taken.length
        yield taken
      }
    }
    return { chunks: bytes(), left: () => left }
  }

  return {
    atEnd,
    part,
    read: (target) => take(target.length, (bytes, at) => target.set(bytes, at)),
    skip: (count) => take(count, () => {}),
    close: async () => {
      await iterator.return?.()
    },
  }
}
