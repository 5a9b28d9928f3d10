/**
 * Sums a row-major array over some of its axes, in float64. Neighbouring axes are summed in one go, so a sum over the
 * first, the last or the middle axes reads the numbers once and in order.
 */
export function sumOverAxes(
  values: ArrayLike<number>,
  shape: readonly number[],
  axes: readonly number[],
): ArrayLike<number> {
  let sums = values
  let sizes = shape
  let rest = [...axes].sort((a, b) => a - b)
  while (rest.length > 0) {
    const last = rest.at(-1) as number
    let first = last
    while (rest.includes(first - 1)) first--
    const [outer, count, inner] = [sizes.slice(0, first), sizes.slice(first, last + 1), sizes.slice(last + 1)].map(
      product,
    ) as [number, number, number]
    sums = inner === 1 ? sumRuns(sums, outer, count) : sumRows(sums, outer, count, inner)
    sizes = [...sizes.slice(0, first), ...sizes.slice(last + 1)]
    rest = rest.filter((axis) => axis < first)
  }
  return sums
}

/** `[outer, count, inner]` to `[outer, inner]`; four rows at a time, so that each sum is read and written once for four. */
function sumRows(values: ArrayLike<number>, outer: number, count: number, inner: number): Float64Array {
  const sums = new Float64Array(outer * inner)
  for (let o = 0; o < outer; o++) {
    const to = o * inner
    let a = o * count * inner
    const end = a + count * inner
    for (; a + 3 * inner < end; a += 4 * inner) {
      const b = a + inner
      const c = b + inner
      const d = c + inner
      for (let k = 0; k < inner; k++) {
        const front = (values[a + k] as number) + (values[b + k] as number)
        const back = (values[c + k] as number) + (values[d + k] as number)
        sums[to + k] = (sums[to + k] as number) + (front + back)
      }
    }
    for (; a < end; a += inner) {
      for (let k = 0; k < inner; k++) sums[to + k] = (sums[to + k] as number) + (values[a + k] as number)
    }
  }
  return sums
}

/** `[outer, count]` to `[outer]`; two sums side by side keep the adder busy. */
function sumRuns(values: ArrayLike<number>, outer: number, count: number): Float64Array {
  const sums = new Float64Array(outer)
  for (let o = 0; o < outer; o++) {
    let even = 0
    let odd = 0
    let at = o * count
    const end = at + count
    for (; at + 1 < end; at += 2) {
      even += values[at] as number
      odd += values[at + 1] as number
    }
    if (at < end) even += values[at] as number
    sums[o] = even + odd
  }
  return sums
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1)
}
