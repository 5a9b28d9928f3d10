/** The slope below 0 that leaky ReLU is tested with. */
export const LEAKY_SLOPE = 0.3

/** What a fused kernel does to a number, in float64; `slope` is for prelu. */
export const ACTIVATIONS: Readonly<Record<string, (x: number, slope: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  leakyrelu: (x) => (x < 0 ? LEAKY_SLOPE * x : x),
  prelu: (x, slope) => (x < 0 ? slope * x : x),
  elu: (x) => (x < 0 ? Math.expm1(x) : x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
}
