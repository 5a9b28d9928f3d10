import { withNormOf } from '@gg/core'
import { customGrad, type GradSaveFunc, mul, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { type AccelerateOptions, checkFloat, resolveAcceleration } from './accelerate-options.ts'
import type { AcceleratedActivation } from './accelerated-activation.ts'
import { literalValue, slopeOf } from './acceleration.ts'
import type { AccelerationShape } from './acceleration-shape.ts'
import type { ActivationDefinition, ActivationName } from './activation-definition.ts'
import { fusedByFormula } from './fused-by-formula.ts'
import { reluAfterBias } from './relu-after-bias.ts'

/**
 * GAAF: an activation that computes what it always did, and hands down more gradient than it should.
 *
 *     g(x) = (xK - ⌊xK⌋ - 1/2) / K          a sawtooth, at most 1/(2K) high, whose derivative is 1
 *     φ_new(x)  = φ(x) + g(x) · s(x)
 *     φ_new'(x) = φ'(x) + s(x) + g(x) · s'(x) ≈ φ'(x) + s(x)                  (Hahn and Choi 2018, arXiv:1806.09783)
 *
 * An activation and not a gradient transformation at a site: behind a saturated or dead unit's own derivative nothing is
 * left to transform. It goes before or after sites like any activation.
 *
 * `form: 'exact'` takes the idea at its word: forward `φ`, backward `dY ⊙ (φ'(x) + s(x))`. `form: 'literal'` is the paper's
 * function with its own derivative; the two differ by at most `max|s'| / (2K)`: 6.3e-5 for ReLU, 2.2e-5 for tanh. The literal form
 * has three faults that the exact one has not. It loses the sawtooth in float32 for |x| ≥ 839, where `xK` has no
 * fraction left; `xK` overflows float16 above 6.55; and a dead ReLU puts out ±1/(2K), so that `y > 0` is a coin flip.
 *
 * A ReLU's gradient grows by a factor of up to 2 a layer, 2ᴰ over D of them: a claim that GAAF helps needs a sweep of the
 * learning rate beside it, or `rescale: 'preserve-norm'`, which leaves the shift between units and takes the growth.
 *
 * The shape that would match the effect of dropout, with which the paper compares GAAF, is open: the paper argues with
 * gradients that dropout enlarges, and gives no formula.
 *
 * Shapes: any; float32. Deterministic; no value is read back; NaN shows. At 0 a ReLU's `φ'` is 0. Memory: borrows the input,
 * the result is new; the input is kept for the backward pass, by the exact form the output too.
 *
 * @param activation - `'tanh'`, `'sigmoid'`, `'relu'`, or an activation of your own with its derivative.
 * @param options - Shape, form and strength.
 * @throws GradientTransformationError `INVALID_ARGUMENT` for an unknown activation, one of your own without a shape, or an
 *   option out of its range; from the activation, for input that is not float32 or a strength that is not finite.
 *
 * @example
 * ```ts
 * import { valueAndGrad } from '@gg/core'
 * import { accelerate } from '@gg/gaaf'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const relu = accelerate('relu')
 * const { value, grads } = valueAndGrad((x: tf.Tensor) => tf.sum(relu(x)) as tf.Scalar)(tf.tensor1d([-1, -0.1, 1]))
 * console.log(value.arraySync(), [...grads.dataSync()].map((g) => g.toFixed(4)).join(' ')) // → 1 0.0759 0.8808 1.9994
 *
 * let step = 0
 * const warm = accelerate('tanh', { strength: () => Math.min(1, step / 100) })
 * const slope = () => warm.derivative(tf.scalar(0)).arraySync()
 * console.log(slope(), ((step = 50), slope())) // → 1 1.5
 * ```
 */
export function accelerate(activation: ActivationName, options?: AccelerateOptions): AcceleratedActivation
export function accelerate(
  activation: ActivationDefinition,
  options: AccelerateOptions & { readonly shape: AccelerationShape },
): AcceleratedActivation
export function accelerate(
  activation: ActivationName | ActivationDefinition,
  options: AccelerateOptions = {},
): AcceleratedActivation {
  const how = resolveAcceleration(activation, options)
  const { name, phi, form, rescale, strengthNow } = how
  const afterBias = name === 'relu' && form === 'exact' && rescale === 'none' ? reluAfterBias(how) : undefined
  const apply = <T extends Tensor>(input: T): T => {
    checkFloat('x', input)
    const now = strengthNow()
    const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
      // customGrad appends the saver to the inputs, which its type does not tell apart.
      const [x, save] = args as [Tensor, GradSaveFunc]
      const literal = (): Tensor[] => [literalValue(how, x, now)]
      const value =
        form === 'exact' ? phi.forward(x) : (fusedByFormula('GgAccelerate', how, { x }, now, literal)[0] as Tensor)
      // The output is kept by the next layer anyway; φ(x) beside a literal output would be a map more, so it is made anew.
      // A ReLU's slope is told from its input.
      save(form === 'exact' && name !== 'relu' ? [x, value] : [x])
      const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor => {
        const [x, y] = saved as [Tensor, Tensor?]
        const inputs = y === undefined ? { dy, x } : { dy, x, y }
        const times = (strength: number): Tensor => {
          const plain = (): Tensor => mul(dy, slopeOf(how, x, y, strength))
          return fusedByFormula('GgAccelerateGrad', how, inputs, strength, () => [plain()])[0] as Tensor
        }
        const dx = times(now)
        return rescale === 'none' ? dx : withNormOf(times(0), dx)
      }
      return { value, gradFunc }
    })
    return node(input) as T
  }
  return Object.assign(apply, {
    accelerated: true as const,
    activation: name ?? ('custom' as const),
    form,
    derivative: (x: Tensor): Tensor => tidy(() => slopeOf({ ...how, form: 'exact' }, x, undefined, strengthNow())),
    ...(afterBias && { afterBias }),
  })
}
