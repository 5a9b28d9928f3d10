import {
  customGrad,
  div,
  exp,
  type GradConfig,
  type GradSaveFunc,
  mul,
  neg,
  ones,
  reshape,
  sub,
  sum,
  type Tensor,
  util,
  zeros,
} from '@tensorflow/tfjs-core'
import { fusedKernel } from './fused-kernel.ts'

/** The gradient of a function of rows out of its result y, and what it takes to differentiate that again. */
interface RowGradient {
  readonly kernelName: 'Softmax' | 'LogSoftmax'
  /** The attribute that names the axis. */
  readonly axisOf: 'dim' | 'axis'
  /** The kernel that may do it, with the inputs dy and y. */
  readonly fused: `Gg${string}`
  /** The same out of tfjs' operations. */
  readonly plain: (dy: Tensor, y: Tensor, axis: number) => Tensor
  /** Derivatives of the gradient by dy and by y, times `ddy`. */
  readonly second: (ddy: Tensor, dy: Tensor, y: Tensor, axis: number) => Tensor[]
}

const along = (axis: number, a: Tensor, b: Tensor): Tensor => sum(mul(a, b), axis, true)

const ROWS: readonly RowGradient[] = [
  {
    kernelName: 'Softmax',
    axisOf: 'dim',
    fused: 'GgSoftmaxGrad',
    plain: (dy, y, axis) => mul(y, sub(dy, along(axis, dy, y))),
    second: (ddy, dy, y, axis) => [
      mul(y, sub(ddy, along(axis, ddy, y))),
      sub(mul(ddy, sub(dy, along(axis, dy, y))), mul(along(axis, ddy, y), dy)),
    ],
  },
  {
    kernelName: 'LogSoftmax',
    axisOf: 'axis',
    fused: 'GgLogSoftmaxGrad',
    plain: (dy, y, axis) => sub(dy, mul(exp(y), sum(dy, axis, true))),
    second: (ddy, dy, y, axis) => [sub(ddy, along(axis, ddy, exp(y))), neg(mul(mul(ddy, exp(y)), sum(dy, axis, true)))],
  },
]

/**
 * Gradients of reductions and of softmax that take one kernel where tfjs' own table has two to four, if the backend has
 * that kernel. All can be differentiated again.
 */
export const REDUCTION_GRADIENTS: readonly GradConfig[] = [
  reductionGradient('Sum'),
  reductionGradient('Mean'),
  ...ROWS.map(rowGradient),
]

/** dy spread over the axes that were reduced; that of Mean also divided by how many numbers went into one. */
function reductionGradient(kernelName: 'Sum' | 'Mean'): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        const { shape } = x as Tensor
        const axes = util.parseAxisParam((attrs as { axis: number | number[] }).axis, shape)
        return spread(dy as Tensor, shape, axes, kernelName === 'Mean')
      },
    }),
  }
}

function spread(dy: Tensor, shape: number[], axes: number[], mean: boolean): Tensor {
  const count = mean ? axes.reduce((product, axis) => product * (shape[axis] as number), 1) : 1
  const plain = (): Tensor[] => {
    if (shape.includes(0)) return [zeros(shape)]
    const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    // Not broadcastTo: on some backends tile reads back how often it repeats.
    const wide = mul(reshape(dy, kept), ones(shape))
    return [mean ? div(wide, count) : wide]
  }
  // As a node of its own: the kernel has no gradient. Its derivative is the reduction again.
  return customGrad((...[input]: (Tensor | GradSaveFunc)[]) => {
    const [value] = fusedKernel('GgSpread', { dy: input as Tensor }, { shape, axes, mean }, plain)
    const gradFunc = (ddy: Tensor): Tensor => {
      const total = reshape(sum(ddy, axes), dy.shape)
      return mean ? div(total, count) : total
    }
    return { value: value as Tensor, gradFunc }
  })(dy)
}

function rowGradient({ kernelName, axisOf, fused, plain, second }: RowGradient): GradConfig {
  return {
    kernelName,
    outputsToSave: [true],
    gradFunc: (dy, [y], attrs) => {
      const axis = attrs[axisOf] as number
      const slope = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
        const [dy, y, save] = args as [Tensor, Tensor, GradSaveFunc]
        save([dy, y])
        const [value] = fusedKernel(fused, { dy, y }, {}, () => [plain(dy, y, axis)])
        const gradFunc = (ddy: Tensor, saved: Tensor[]): Tensor[] => second(ddy, ...(saved as [Tensor, Tensor]), axis)
        return { value: value as Tensor, gradFunc }
      })
      return { logits: () => slope(dy as Tensor, y as Tensor) }
    },
  }
}
