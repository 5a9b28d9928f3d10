import {
  concat,
  floor,
  mul,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tensor2d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'

/** Float32 holds whole numbers of 24 bits; products with powers of two and sums of such numbers are exact. */
const BITS = 24

/**
 * Whole numbers below `count`, as many to a float32 as its 24 bits take: twelve places of a 2 × 2 window, six of a
 * 3 × 3 one. tfjs has no tensor of bytes or bits, and its `bool` is four bytes on some backends.
 */
export function packPlaces(places: Tensor, count: number): Tensor1D {
  const { bits, perWord } = layoutOf(count)
  const words = Math.ceil(places.size / perWord)
  return tidy(() => {
    const flat: Tensor1D = reshape(places, [places.size])
    const missing = words * perWord - places.size
    const full = missing === 0 ? flat : concat([flat, zeros<Tensor1D['rankType']>([missing])])
    return sum(mul(reshape(full, [perWord, words]), powers(perWord, bits)), 0)
  })
}

/** What `packPlaces` packed, in a shape. */
export function unpackPlaces<T extends Tensor>(packed: Tensor1D, count: number, shape: T['shape']): T {
  const { bits, perWord } = layoutOf(count)
  const size = shape.reduce((product, n) => product * n, 1)
  return tidy(() => {
    const shifted = floor(mul(reshape(packed, [1, packed.size]), powers(perWord, -bits)))
    const digits = sub(shifted, mul(floor(mul(shifted, 2 ** -bits)), 2 ** bits))
    return reshape(slice(reshape(digits, [perWord * packed.size]), [0], [size]), shape) as T
  })
}

function layoutOf(count: number): { readonly bits: number; readonly perWord: number } {
  const bits = Math.max(1, Math.ceil(Math.log2(count)))
  return { bits, perWord: Math.floor(BITS / bits) }
}

function powers(count: number, bits: number): Tensor {
  return tensor2d(
    Array.from({ length: count }, (_, i) => 2 ** (i * bits)),
    [count, 1],
  )
}
