import type { Tolerance } from '@gg/testing'

/**
 * For sums of up to a few hundred float32 products of size 1, of both signs: the rounding errors are relative to the
 * terms (6e-8 each), not to a sum that may be near 0.
 */
export const SUMS: Tolerance = { rtol: 1e-5, atol: 1e-5 }
