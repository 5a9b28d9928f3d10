import { checkArgument } from './check-argument.ts'

/** Ranges of finite numbers, in the words in which errors speak of them. */
type Range =
  | 'a finite number'
  | 'in [0, 1)'
  | 'in [0, 1]'
  | 'in (0, 1]'
  | 'at least 0'
  | 'at least 1'
  | 'at least 4'
  | 'above 0'
  | 'a whole number'
  | 'a whole number of at least 1'

const isWithin: Readonly<Record<Range, (x: number) => boolean>> = {
  'a finite number': () => true,
  'in [0, 1)': (x) => x >= 0 && x < 1,
  'in [0, 1]': (x) => x >= 0 && x <= 1,
  'in (0, 1]': (x) => x > 0 && x <= 1,
  'at least 0': (x) => x >= 0,
  'at least 1': (x) => x >= 1,
  'at least 4': (x) => x >= 4,
  'above 0': (x) => x > 0,
  'a whole number': (x) => Number.isInteger(x),
  'a whole number of at least 1': (x) => Number.isInteger(x) && x >= 1,
}

/**
 * Checks several numbers against one range when a transformation is built.
 *
 * @param name - The function that speaks in the error.
 * @param range - Where all of `values` must lie; they must be finite too.
 * @param values - By argument name. A schedule passes: its values are known only later.
 * @throws GradientTransformationError `INVALID_ARGUMENT`, naming the first argument outside.
 */
export function checkHyperparameters(
  name: string,
  range: Range,
  values: { readonly [argument: string]: number | ((count: number) => number) },
): void {
  for (const [argument, value] of Object.entries(values)) {
    if (typeof value === 'function') continue
    checkArgument(Number.isFinite(value) && isWithin[range](value), name, argument, range, value)
  }
}
