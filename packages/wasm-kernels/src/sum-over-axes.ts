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
    const inner = product(sizes.slice(last + 1))
    sums = sumMiddle(sums, product(sizes.slice(0, first)), product(sizes.slice(first, last + 1)), inner)
    sizes = [...sizes.slice(0, first), ...sizes.slice(last + 1)]
    rest = rest.filter((axis) => axis < first)
  }
  return sums
}

/** `[outer, count, inner]` to `[outer, inner]`. */
function sumMiddle(values: ArrayLike<number>, outer: number, count: number, inner: number): Float64Array {
  const sums = new Float64Array(outer * inner)
  for (let o = 0; o < outer; o++) {
    const to = o * inner
    for (let i = 0; i < count; i++) {
      const from = (o * count + i) * inner
      for (let k = 0; k < inner; k++) sums[to + k] = (sums[to + k] as number) + (values[from + k] as number)
    }
  }
  return sums
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1)
}
