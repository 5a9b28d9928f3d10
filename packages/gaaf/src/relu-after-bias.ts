import { fusedKernel } from '@gg/core'
import { add, customGrad, type GradSaveFunc, mul, relu, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core'
import { type Acceleration, checkFloat, invalid } from './accelerate-options.ts'
import { slopeOf } from './acceleration.ts'
import { fusedByFormula } from './fused-by-formula.ts'

/**
 * The accelerated ReLU of a layer's output and its bias, as one node of the tape:
 *
 *     y = max(z + b, 0),   ∂z = dy ⊙ (1[z + b > 0] + s(z + b)),   ∂b = Σ ∂z
 *
 * It keeps `z` and makes `z + b` anew on the way back, which costs an addition where a sum of its own would cost two
 * passes over memory.
 */
export function reluAfterBias(how: Acceleration): <T extends Tensor>(z: T, bias: Tensor1D) => T {
  return (z, bias) => {
    checkFloat('z', z)
    checkFloat('bias', bias)
    const channels = z.shape.at(-1)
    if (bias.rank !== 1 || bias.size !== channels) {
      throw invalid(
        'bias',
        `[${channels ?? 'channels'}], one number for each channel of [${z.shape}]`,
        `[${bias.shape}]`,
      )
    }
    const strength = how.strengthNow()
    const node = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
      // customGrad appends the saver to the inputs, which its type does not tell apart.
      const [z, bias, save] = args as [Tensor, Tensor1D, GradSaveFunc]
      const [value] = fusedKernel('GgAddBias', { x: z, bias }, { relu: true }, () => [relu(add(z, bias))])
      save([z, bias])
      const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
        const [z, bias] = saved as [Tensor, Tensor1D]
        return fusedByFormula('GgAccelerateBiasGrad', how, { dy, x: z, bias }, strength, () => {
          const dz = mul(dy, slopeOf(how, add(z, bias), undefined, strength))
          const rows = Array.from({ length: z.rank - 1 }, (_, axis) => axis)
          return [dz, sum(dz, rows)]
        })
      }
      return { value: value as Tensor, gradFunc }
    })
    return node(z, bias) as typeof z
  }
}
