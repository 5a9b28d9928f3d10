import { GradientTransformationError } from '@gg/core'
import { add, clone, div, maximum, minimum, sigmoid, type Tensor } from '@tensorflow/tfjs-core'
import type { GateActivationOptions } from './gate-options.ts'

/** `σ(y / T)`, number by number. */
export function gateActivation(y: Tensor, { activation, temperature }: Required<GateActivationOptions>): Tensor {
  const tempered = temperature === 1 ? y : div(y, temperature)
  if (typeof activation === 'function') return factorBy(activation, tempered)
  return activation === 'sigmoid' ? sigmoid(tempered) : hardSigmoid(tempered)
}

// Of minimum and maximum and not of relu6, which turns NaN into 0 on WASM and would hide a run that has diverged.
function hardSigmoid(y: Tensor): Tensor {
  return div(minimum(maximum(add(y, 3), 0), 6), 6)
}

function factorBy(activation: (y: Tensor) => Tensor, y: Tensor): Tensor {
  const factor = activation(y)
  // One of another shape would be broadcast, and the gradient with it.
  if (String(factor.shape) !== String(y.shape)) {
    throw new GradientTransformationError(
      'SHAPE_MISMATCH',
      `gate: \`activation\` must return a tensor of the shape [${y.shape}] of its argument, got [${factor.shape}].`,
    )
  }
  return factor === y ? clone(factor) : factor
}
