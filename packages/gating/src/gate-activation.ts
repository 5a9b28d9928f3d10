import { add, div, maximum, minimum, sigmoid, type Tensor } from '@tensorflow/tfjs-core'
import type { GateActivationOptions } from './gate-options.ts'

/** `σ(y / T)`, number by number. */
export function gateActivation(y: Tensor, { activation, temperature }: Required<GateActivationOptions>): Tensor {
  const tempered = temperature === 1 ? y : div(y, temperature)
  return activation === 'sigmoid' ? sigmoid(tempered) : hardSigmoid(tempered)
}

// Of minimum and maximum and not of relu6, which turns NaN into 0 on WASM and would hide a run that has diverged.
function hardSigmoid(y: Tensor): Tensor {
  return div(minimum(maximum(add(y, 3), 0), 6), 6)
}
