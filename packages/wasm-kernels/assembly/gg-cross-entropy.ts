import { Exponential } from './exponential'
import { at, float, int } from './job'
import { largestOf, logOfSum } from './softmax'

/**
 * -Σ labels log softmax(logits) of each row. Arguments: losses, logits, labels, classes. Items: rows.
 */
export function softmaxCrossEntropy(args: usize, from: i32, to: i32, scratch: usize): void {
  const classes = int(args, 3)
  for (let row = from; row < to; row++) {
    const x = float(at(args, 1), row * classes)
    const labels = float(at(args, 2), row * classes)
    const max = largestOf(x, classes)
    const log = f32x4.extract_lane(logOfSum(x, classes, f32x4.splat(max)), 0)
    let loss: f64 = 0
    for (let i = 0; i < classes; i++) {
      loss -= <f64>load<f32>(float(labels, i)) * <f64>(load<f32>(float(x, i)) - max - log)
    }
    store<f32>(float(at(args, 0), row), <f32>loss)
  }
}

/**
 * Its gradients: dy (softmax(logits) Σ labels - labels), and -dy log softmax(logits) for the labels. Arguments: both
 * gradients, dy, logits, labels, classes. Items: rows.
 */
export function softmaxCrossEntropyGrad(args: usize, from: i32, to: i32, scratch: usize): void {
  const classes = int(args, 5)
  for (let row = from; row < to; row++) {
    const first = row * classes
    const dLogits = float(at(args, 0), first)
    const dLabels = float(at(args, 1), first)
    const x = float(at(args, 3), first)
    const labels = float(at(args, 4), first)
    const dy = v128.load32_splat(float(at(args, 2), row))
    const max = f32x4.splat(largestOf(x, classes))
    const log = logOfSum(x, classes, max)
    let sum: f64 = 0
    for (let i = 0; i < classes; i++) sum += <f64>load<f32>(float(labels, i))
    const total = f32x4.splat(<f32>sum)
    let i = 0
    for (; i + 4 <= classes; i += 4) {
      const p = f32x4.sub(f32x4.sub(v128.load(float(x, i)), max), log)
      const excess = f32x4.sub(f32x4.mul(Exponential.exp(p), total), v128.load(float(labels, i)))
      v128.store(float(dLogits, i), f32x4.mul(dy, excess))
      v128.store(float(dLabels, i), f32x4.neg(f32x4.mul(dy, p)))
    }
    for (; i < classes; i++) {
      const p = f32x4.sub(f32x4.sub(v128.load32_zero(float(x, i)), max), log)
      const excess = f32x4.sub(f32x4.mul(Exponential.exp(p), total), v128.load32_zero(float(labels, i)))
      v128.store_lane<f32>(float(dLogits, i), f32x4.mul(dy, excess), 0)
      v128.store_lane<f32>(float(dLabels, i), f32x4.neg(f32x4.mul(dy, p)), 0)
    }
  }
}
