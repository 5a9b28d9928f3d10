import { open } from 'node:fs/promises'

/** As long as a few hundred records: long enough to be read fast, short beside a data set. */
const CHUNK = 2 ** 20

/** A file in pieces. One buffer for all of them: a stream of Node leaves one for each piece to the garbage collector. */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = new Uint8Array(CHUNK)
  const file = await open(path)
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
