// A job is `(args, from, to, scratch)`: the items from..to of a piece of work whose description lies at `args`.
// Every job of the package has this form, so one thread or many can run any of them.

const REALS: i32 = 24

/** The i-th whole number of the description. */
export function int(args: usize, i: i32): i32 {
  return load<i32>(args + ((<usize>i) << 2))
}

/** The i-th whole number of the description as an address in memory; 0 where there is none. */
export function at(args: usize, i: i32): usize {
  return <usize>load<u32>(args + ((<usize>i) << 2))
}

/** The i-th fraction of the description. */
export function real(args: usize, i: i32): f32 {
  return load<f32>(args + ((<usize>(REALS + i)) << 2))
}

/** The address of the i-th float32 behind `base`. */
export function float(base: usize, i: i32): usize {
  return base + ((<usize>i) << 2)
}

/** The address of the i-th float64 behind `base`. */
export function double(base: usize, i: i32): usize {
  return base + ((<usize>i) << 3)
}
