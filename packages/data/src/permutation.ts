import { checkInteger } from './check-integer.ts'
import { randomStream } from './random-stream.ts'

/** Keeps these streams apart from those of the glyphs. */
const STREAM = 1

/**
 * The numbers 0 to `size - 1` in an order that depends on `size`, `seed` and `epoch` alone, the same on every machine:
 * the order in which `batches` goes through a data set. Use it to draw a fixed random part of one:
 * `subset(dataset, permutation(dataset.size, 7).subarray(0, 1000))`.
 *
 * Fisher and Yates' shuffle; each exchange draws without modulo bias.
 *
 * @param size how many numbers, 0 to 2^32 - 1
 * @param seed whole number from 0 to 2^53 - 1
 * @param epoch whole number from 0 to 2^53 - 1; 0 unless given
 * @returns a new array
 * @throws `INVALID_ARGUMENT`
 *
 * @example
 * ```ts
 * import { permutation } from '@gg/data'
 *
 * console.log(permutation(8, 42).join(' ')) // 5 2 0 6 4 7 1 3
 * ```
 */
export function permutation(size: number, seed: number, epoch = 0): Uint32Array {
  checkInteger('permutation', 'size', size, 0, 2 ** 32 - 1)
  checkInteger('permutation', 'seed', seed, 0)
  checkInteger('permutation', 'epoch', epoch, 0)
  const order = Uint32Array.from({ length: size }, (_, i) => i)
  const random = randomStream(STREAM, seed, epoch)
  for (let i = size - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const held = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = held
  }
  return order
}
