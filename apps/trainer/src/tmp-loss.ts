import { cast, exp, log, max, mul, neg, oneHot, sub, sum, type Tensor } from '@tensorflow/tfjs-core'
export const softmaxCrossEntropyWithIntegerLabels = (logits: Tensor, labels: Tensor): Tensor => {
  const shifted = sub(logits, max(logits, 1, true))
  const logp = sub(shifted, log(sum(exp(shifted), 1, true)))
  return neg(sum(mul(cast(oneHot(cast(labels, 'int32'), logits.shape[1] ?? 0), 'float32'), logp), 1))
}
