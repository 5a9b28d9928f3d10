import { checkInteger } from './check-integer.ts'

/** How far `prefetch` reads ahead. */
export interface PrefetchOptions {
  /** How many items may be ready or on their way while one is worked on, 1 to 1,024; 2 unless given. */
  readonly ahead?: number
}

/**
 * Reads ahead: while the loop's body works on one item, the next ones are on their way. For anything that can be iterated,
 * batches above all: `for await (const batch of prefetch(batches(...)))`.
 *
 * What can overlap: reading and decoding that happen off this thread (the pictures of `imageFolder`, files,
 * fetches), with any work; and the making of batches in this thread, with a body that awaits what happens elsewhere (a
 * GPU, a worker, `await tensor.data()`). JavaScript that never awaits leaves no time for anything else.
 *
 * Items come in order. An error of the source comes after the items before it. Leaving the loop early stops the source and
 * waits for nothing that is not on its way. Each `for await` starts anew, if the source can.
 *
 * Memory: at most `ahead` items beside the one that is worked on.
 *
 * @param source an iterable, or an async one
 * @param options how far ahead
 * @returns an async iterable of the same items
 * @throws `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { batches, glyphs, prefetch } from '@gg/data'
 *
 * const dataset = glyphs({ size: 10, seed: 1 })
 * for await (const batch of prefetch(batches(dataset, { batchSize: 4, seed: 42, epoch: 3 }))) {
 *   console.log(batch.indices.join(' '))
 * }
 * // 2 5 0 4
 * // 8 9 6 3
 * // 7 1
 * ```
 */
export function prefetch<T>(
  source: Iterable<T> | AsyncIterable<T>,
  { ahead = 2 }: PrefetchOptions = {},
): AsyncIterable<T> {
  checkInteger('prefetch', 'ahead', ahead, 1, 1024)
  return { [Symbol.asyncIterator]: () => readAhead(source, ahead) }
}

type Outcome<T> = { readonly result: IteratorResult<T, unknown> } | { readonly error: unknown }

const END = { result: { done: true, value: undefined } } as const

async function* readAhead<T>(
  source: Iterable<T> | AsyncIterable<T>,
  ahead: number,
): AsyncGenerator<T, void, undefined> {
  const inThisThread = !(Symbol.asyncIterator in source)
  const iterator = inThisThread ? source[Symbol.iterator]() : source[Symbol.asyncIterator]()
  let ended = false
  const next = async (): Promise<Outcome<T>> => {
    // Or the source would run before the body has begun: promises come before everything else.
    if (inThisThread && !ended) await turnOfTheEventLoop()
    if (ended) return END
    try {
      const result = await iterator.next()
      if (result.done === true) ended = true
      return { result }
    } catch (error) {
      // As a value, until its turn comes: a rejection that nobody awaits yet would end the process.
      ended = true
      return { error }
    }
  }
  const queue: Promise<Outcome<T>>[] = []
  let last: Promise<Outcome<T>> = Promise.resolve(END)
  // One after another: not every async iterator may be asked again before it has answered.
  const request = () => {
    last = last.then(next)
    queue.push(last)
  }
  try {
    for (let i = 0; i <= ahead; i++) request()
    for (;;) {
      const outcome = (await queue.shift()) ?? END
      if ('error' in outcome) throw outcome.error
      if (outcome.result.done === true) return
      yield outcome.result.value
      request()
    }
  } finally {
    if (!ended) {
      ended = true
      await last
      await iterator.return?.()
    }
  }
}

function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}
