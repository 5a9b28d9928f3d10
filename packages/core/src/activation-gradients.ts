import {
  add,
  customGrad,
  type GradConfig,
  type GradSaveFunc,
  greater,
  lessEqual,
  logicalOr,
  mul,
  square,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { fusedKernel } from './fused-kernel.ts'

type Attrs = Readonly<Record<string, number>>
type Slope = (dy: Tensor, kept: Tensor, attrs: Attrs) => Tensor

/** The gradient of an activation in one pass, and what it takes to differentiate that again. */
interface ActivationGradient {
  readonly activation: string
  /** The kernel that may do it, with the inputs dy and x, or dy and y. */
  readonly fused: `Gg${string}`
  readonly keeps: 'x' | 'y'
  /** The same out of tfjs' operations. */
  readonly plain: Slope
  /** Derivative of the gradient by what was kept, times `ddy`; none where it is 0 almost everywhere. */
  readonly curvature?: (ddy: Tensor, dy: Tensor, kept: Tensor) => Tensor
}

const GRADIENTS: readonly ActivationGradient[] = [
  {
    activation: 'Relu',
    fused: 'GgReluGrad',
    keeps: 'x',
    // What x shuts off is 0, whatever dy is; where x is NaN, dy goes through. PyTorch does both.
    plain: (dy, x) => where(lessEqual(x, 0), zerosLike(dy), dy),
  },
  {
    activation: 'Relu6',
    fused: 'GgRelu6Grad',
    keeps: 'x',
    plain: (dy, x) => where(logicalOr(lessEqual(x, 0), greater(x, 6)), zerosLike(dy), dy),
  },
  {
    activation: 'LeakyRelu',
    fused: 'GgLeakyReluGrad',
    keeps: 'x',
    plain: (dy, x, { alpha = 0 }) => where(greater(x, 0), dy, mul(dy, alpha)),
  },
  {
    activation: 'Sigmoid',
    fused: 'GgSigmoidGrad',
    keeps: 'y',
    plain: (dy, y) => mul(dy, mul(y, sub(1, y))),
    curvature: (ddy, dy, y) => mul(mul(ddy, dy), sub(1, add(y, y))),
  },
  {
    activation: 'Tanh',
    fused: 'GgTanhGrad',
    keeps: 'y',
    plain: (dy, y) => mul(dy, sub(1, square(y))),
    curvature: (ddy, dy, y) => mul(mul(ddy, dy), mul(y, -2)),
  },
]

/**
 * Gradients of activations that take one kernel where tfjs' own table has two to four, if the backend has that kernel.
 * They can be differentiated again, by tfjs' table ReLU6 and leaky ReLU cannot.
 */
export const ACTIVATION_GRADIENTS: readonly GradConfig[] = GRADIENTS.map(gradConfig)

function gradConfig({ activation, fused, keeps, plain, curvature }: ActivationGradient): GradConfig {
  // As a node of its own: its derivative is known, and tfjs has none for the comparisons in it.
  const slope: Slope = (dy, kept, attrs) =>
    customGrad((...args: (Tensor | GradSaveFunc)[]) => {
      const [dy, kept, save] = args as [Tensor, Tensor, GradSaveFunc]
      save([dy, kept])
      const [value] = fusedKernel(fused, { dy, [keeps]: kept }, attrs, () => [plain(dy, kept, attrs)])
      const gradFunc = (ddy: Tensor, saved: Tensor[]): Tensor[] => {
        const [dy, kept] = saved as [Tensor, Tensor]
        return [slope(ddy, kept, attrs), curvature?.(ddy, dy, kept) ?? zerosLike(kept)]
      }
      return { value: value as Tensor, gradFunc }
    })(dy, kept)
  return {
    kernelName: activation,
    ...(keeps === 'x' ? { inputsToSave: ['x'] } : { outputsToSave: [true] }),
    // Without attributes tfjs hands over none.
    gradFunc: (dy, [kept], attrs = {}) => ({ x: () => slope(dy as Tensor, kept as Tensor, attrs as Attrs) }),
  }
}
