import {
  add,
  conv2d,
  dispose,
  engine,
  log,
  matMul,
  maxPool,
  mul,
  neg,
  oneHot,
  relu,
  reshape,
  softmax,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core'
import { SELF_TEST_NUMBERS } from './self-test-numbers.ts'

/** What came out of the self-test. */
export interface SelfTestResult {
  readonly passed: boolean
  /** How far the worst number is off, in parts of the largest of its tensor; 0.005 is allowed. */
  readonly error: number
  /** A sentence: what was compared, or what went wrong. */
  readonly reason: string
}

// GPUs multiply float32 with 10 bits of fraction where they are allowed to (TensorFlow lets them); a kernel that is
// wrong is off by far more.
const ALLOWED = 5e-3

/**
 * Computes the loss and all gradients of a tiny convolutional network on tfjs' current backend and compares them with
 * PyTorch's in float64.
 *
 * It calls the kernels of the backward pass itself, so it needs no gradients to be registered; reads nothing
 * synchronously; and leaves nothing behind.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu'
 * import { selfTest } from '@gg/native'
 * import { setBackend } from '@tensorflow/tfjs-core'
 *
 * await setBackend('cpu')
 * const { passed, error } = await selfTest()
 * console.log(passed, error < 1e-6) // → true true
 * ```
 */
export async function selfTest(): Promise<SelfTestResult> {
  let results: Readonly<Record<string, Tensor>> = {}
  try {
    results = tidy(gradients)
    let [error, worst] = [0, '']
    for (const [name, expected] of Object.entries(SELF_TEST_NUMBERS)) {
      const off = distance(Array.from((await results[name]?.data()) ?? []), expected)
      if (off > error || Number.isNaN(off)) [error, worst] = [off, name]
    }
    const passed = error <= ALLOWED
    const reason = passed
      ? 'the gradients of a small convolutional network are those of PyTorch'
      : `the gradient of '${worst}' in a small convolutional network is off by ${error.toPrecision(2)} of its largest`
    return { passed, error, reason }
  } catch (error) {
    return { passed: false, error: Number.NaN, reason: error instanceof Error ? error.message : String(error) }
  } finally {
    dispose(Object.values(results))
  }
}

/** The largest distance in parts of the largest number; NaN where a number is missing. */
function distance(actual: readonly number[], expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs))
  if (actual.length !== expected.length) return Number.NaN
  return Math.max(...actual.map((number, i) => Math.abs(number - (expected[i] as number)) / largest))
}

/** The forward and the backward pass by hand; vectors/native.py has the same network in PyTorch. */
function gradients(): Record<string, Tensor> {
  const x = wave([2, 6, 6, 2], 0) as Tensor4D
  const [filter1, bias1] = [wave([3, 3, 2, 3], 1) as Tensor4D, wave([3], 2)]
  const [filter2, bias2] = [wave([3, 3, 3, 3], 3) as Tensor4D, wave([3], 4)]
  const [weights, bias3] = [wave([27, 4], 5) as Tensor2D, wave([4], 6)]

  const hidden1 = relu(add(conv2d(x, filter1, 1, 'same'), bias1)) as Tensor4D
  const hidden2 = relu(add(conv2d(hidden1, filter2, 1, 'same'), bias2)) as Tensor4D
  const pooled = maxPool(hidden2, 2, 2, 'valid')
  const flat = reshape(pooled, [2, 27]) as Tensor2D
  const chances = softmax(add(matMul(flat, weights), bias3))
  const labels = oneHot(tensor1d([1, 3], 'int32'), 4)
  const loss = mul(neg(sum(mul(labels, log(chances)))), 0.5)

  const ofLogits = mul(sub(chances, labels), 0.5) as Tensor2D
  const dy = reshape(matMul(ofLogits, weights, false, true), pooled.shape)
  const window = { filterSize: 2, strides: 2, pad: 'valid' }
  const ofHidden2 = engine().runKernel('MaxPoolGrad', { dy, input: hidden2, output: pooled }, window) as Tensor
  const [ofSum2, ofHidden1] = backward(ofHidden2, hidden2, filter2)
  const [ofSum1] = backward(ofHidden1, hidden1, filter1)
  return {
    loss,
    filter1: ofFilter(x, ofSum1, filter1.shape),
    bias1: sum(ofSum1, [0, 1, 2]),
    filter2: ofFilter(hidden1, ofSum2, filter2.shape),
    bias2: sum(ofSum2, [0, 1, 2]),
    weights: matMul(flat, ofLogits, true, false),
    bias3: sum(ofLogits, 0),
  }
}

const CONVOLUTION = { strides: 1, pad: 'same', dataFormat: 'NHWC' }

/** The gradients before a ReLU and before the convolution in front of it. */
function backward(ofOutput: Tensor, output: Tensor4D, filter: Tensor4D): readonly [Tensor, Tensor] {
  const dy = mul(ofOutput, step(output))
  const [batch, height, width] = output.shape
  const inputShape = [batch, height, width, filter.shape[2]]
  return [dy, engine().runKernel('Conv2DBackpropInput', { dy, filter }, { ...CONVOLUTION, inputShape }) as Tensor]
}

function ofFilter(x: Tensor, dy: Tensor, filterShape: number[]): Tensor {
  return engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...CONVOLUTION, filterShape }) as Tensor
}

function wave(shape: number[], seed: number): Tensor {
  const size = shape.reduce((product, length) => product * length, 1)
  const numbers = Array.from({ length: size }, (_, i) => Math.round(64 * Math.sin(2.4 * i + seed)) / 64)
  return tensor(numbers, shape)
}
