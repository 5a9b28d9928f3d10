import { add, div, floor, mul, sub, type Tensor } from '@tensorflow/tfjs-core'
import type { Acceleration } from './accelerate-options.ts'

/** `φ(x) + g(x) · strength · s(x)`: the literal form's value. */
export function literalValue({ phi, shape, K }: Acceleration, x: Tensor, strength: number): Tensor {
  return add(phi.forward(x), mul(sawtooth(x, K), scaled(shape.value(x), strength)))
}

/** `φ'(x)` and, times the strength, what is added to it; `y` is `φ(x)`, if it is at hand. */
export function slopeOf(
  { phi, shape, form, K }: Acceleration,
  x: Tensor,
  y: Tensor | undefined,
  strength: number,
): Tensor {
  const own = phi.derivative(x, y ?? phi.forward(x))
  if (strength === 0) return own
  const added = form === 'exact' ? shape.value(x) : add(shape.value(x), mul(sawtooth(x, K), shape.derivative(x)))
  return add(own, scaled(added, strength))
}

/** `g(x)`: between -1/(2K) and 1/(2K), rising with slope 1. */
function sawtooth(x: Tensor, K: number): Tensor {
  const teeth = mul(x, K)
  return div(sub(sub(teeth, floor(teeth)), 0.5), K)
}

function scaled(shape: Tensor, strength: number): Tensor {
  return strength === 1 ? shape : mul(shape, strength)
}
