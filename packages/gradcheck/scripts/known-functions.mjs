// Every gradient of tfjs that this project relies on, with inputs at which it is checked. The tests and the table of
// the README are made of this one list.
import * as tf from '@tensorflow/tfjs-core'

/** Numbers between -1 and 1 by a formula, times a scale, plus a shift. */
export function numbers(shape, seed, scale = 1, shift = 0) {
  const size = shape.reduce((product, n) => product * n, 1)
  const values = Float32Array.from({ length: size }, (_, i) => {
    let mixed = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca77)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae3d)
    return (((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 31 - 1) * scale + shift
  })
  return tf.tensor(values, shape)
}

const unary = (name, f, { scale = 2, shift = 0, shape = [3, 4] } = {}) => ({
  name,
  inputs: () => ({ x: numbers(shape, 1, scale, shift) }),
  f: ({ x }) => f(x),
})
const binary = (name, f, a = [3, 4], b = [3, 4], shift = 0) => ({
  name,
  inputs: () => ({ a: numbers(a, 2, 1, shift), b: numbers(b, 3, 1, shift) }),
  f: (inputs) => f(inputs.a, inputs.b),
})
const convolution = (name, f, x = [2, 6, 5, 3], w = [3, 3, 3, 2]) => ({
  name,
  inputs: () => ({ x: numbers(x, 4), w: numbers(w, 5, 0.5) }),
  f: (inputs) => f(inputs.x, inputs.w),
})
const maps = (name, f, shape = [2, 6, 5, 3], shift = 0) => unary(name, f, { scale: 1, shape, shift })
const positive = { scale: 0.9, shift: 1.5 }

export const knownGradients = [
  binary('add', tf.add),
  binary('add, broadcast', tf.add, [3, 4], [4]),
  binary('sub', tf.sub),
  binary('sub, broadcast', tf.sub, [3, 1], [2, 3, 4]),
  binary('mul', tf.mul),
  binary('mul, broadcast', tf.mul, [3, 4], [1]),
  binary('div', tf.div, [3, 4], [3, 4], 2),
  binary('pow', tf.pow, [3, 4], [3, 4], 2),
  binary('maximum', tf.maximum),
  binary('minimum', tf.minimum),
  binary('squaredDifference', tf.squaredDifference),
  binary('prelu', tf.prelu, [3, 4], [4]),
  binary('where', (a, b) => tf.where(tf.greater(numbers([3, 4], 9), 0), a, b)),
  binary('concat', (a, b) => tf.concat([a, b], 1), [3, 4], [3, 2]),
  binary('stack', (a, b) => tf.stack([a, b], 1)),
  binary('matMul', tf.matMul, [3, 4], [4, 5]),
  binary('matMul, aᵀ', (a, b) => tf.matMul(a, b, true), [4, 3], [4, 5]),
  binary('matMul, bᵀ', (a, b) => tf.matMul(a, b, false, true), [3, 4], [5, 4]),
  binary('matMul, aᵀ bᵀ', (a, b) => tf.matMul(a, b, true, true), [4, 3], [5, 4]),
  binary('matMul, batches', tf.matMul, [2, 3, 4], [2, 4, 5]),
  unary('neg', tf.neg),
  unary('abs', tf.abs),
  unary('exp', tf.exp),
  unary('log', tf.log, positive),
  unary('sqrt', tf.sqrt, positive),
  unary('rsqrt', tf.rsqrt, positive),
  unary('square', tf.square),
  unary('reciprocal', tf.reciprocal, positive),
  unary('relu', tf.relu),
  unary('relu6', tf.relu6, { scale: 8 }),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.1)),
  unary('elu', tf.elu),
  unary('sigmoid', tf.sigmoid),
  unary('tanh', tf.tanh),
  unary('softplus', tf.softplus),
  unary('clipByValue', (x) => tf.clipByValue(x, -1, 1)),
  unary('softmax', (x) => tf.softmax(x)),
  unary('logSoftmax', (x) => tf.logSoftmax(x)),
  unary('logSumExp', (x) => tf.logSumExp(x, 1)),
  unary('softmaxCrossEntropy', (x) => tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d([1, 0, 3], 'int32'), 4), x)),
  unary('sum', (x) => tf.sum(x, 1)),
  unary('mean', (x) => tf.mean(x, 0)),
  unary('max', (x) => tf.max(x, 1)),
  { name: 'max, a tie', inputs: () => ({ x: tf.tensor2d([[1, 1, 0]]) }), f: ({ x }) => tf.max(x, 1) },
  unary('min', (x) => tf.min(x, 1)),
  unary('cumsum', (x) => tf.cumsum(x, 1)),
  unary('reshape', (x) => tf.mul(tf.reshape(x, [4, 3]), numbers([4, 3], 8))),
  unary('transpose', (x) => tf.transpose(x, [2, 0, 1]), { shape: [2, 3, 4] }),
  unary('slice', (x) => tf.slice(x, [1, 0], [2, 3])),
  unary('stridedSlice', (x) => tf.stridedSlice(x, [0, 0], [3, 4], [2, 2])),
  unary('pad', (x) =>
    tf.pad(x, [
      [1, 0],
      [0, 2],
    ]),
  ),
  unary('mirrorPad', (x) =>
    tf.mirrorPad(
      x,
      [
        [1, 1],
        [2, 1],
      ],
      'reflect',
    ),
  ),
  unary('gather', (x) => tf.gather(x, tf.tensor1d([2, 0, 2, 1], 'int32'))),
  unary('tile', (x) => tf.tile(x, [2, 1])),
  unary('unstack', (x) => tf.mul(tf.unstack(x)[0], tf.unstack(x)[2])),
  unary('cast', (x) => tf.cast(x, 'float32')),
  unary('broadcastTo', (x) => tf.broadcastTo(x, [2, 3, 4])),
  convolution('conv2d, valid', (x, w) => tf.conv2d(x, w, 1, 'valid')),
  convolution('conv2d, same', (x, w) => tf.conv2d(x, w, 1, 'same')),
  convolution('conv2d, stride 2', (x, w) => tf.conv2d(x, w, 2, 'same')),
  convolution('conv2d, 1 × 1', (x, w) => tf.conv2d(x, w, 1, 'valid'), [2, 4, 3, 3], [1, 1, 3, 2]),
  convolution('depthwiseConv2d', (x, w) => tf.depthwiseConv2d(x, w, 1, 'same'), [2, 5, 4, 2], [3, 3, 2, 2]),
  convolution(
    'separableConv2d',
    (x, w) => tf.separableConv2d(x, w, numbers([1, 1, 4, 3], 6), 1, 'same'),
    [2, 5, 4, 2],
    [3, 3, 2, 2],
  ),
  convolution(
    'conv2dTranspose',
    (x, w) => tf.conv2dTranspose(x, w, [2, 8, 8, 2], 2, 'same'),
    [2, 4, 4, 3],
    [3, 3, 2, 3],
  ),
  maps('maxPool', (x) => tf.maxPool(x, 2, 2, 'valid')),
  maps('maxPool, same, overlapping', (x) => tf.maxPool(x, 3, 2, 'same')),
  maps('maxPool, all negative', (x) => tf.maxPool(x, 2, 2, 'valid'), [2, 6, 5, 3], -3),
  maps('avgPool', (x) => tf.avgPool(x, 2, 2, 'valid')),
  maps('avgPool, same, overlapping', (x) => tf.avgPool(x, 3, 2, 'same')),
  maps('global average pool', (x) => tf.mean(x, [1, 2])),
  maps('resizeBilinear', (x) => tf.image.resizeBilinear(x, [7, 8]), [1, 3, 4, 2]),
  maps('resizeNearestNeighbor', (x) => tf.image.resizeNearestNeighbor(x, [6, 8]), [1, 3, 4, 2]),
  maps('resizeNearestNeighbor, batch of 2', (x) => tf.image.resizeNearestNeighbor(x, [6, 8]), [2, 3, 4, 2]),
  {
    name: 'batchNorm',
    inputs: () => ({
      x: numbers([2, 3, 2, 3], 4),
      mean: numbers([3], 5),
      variance: numbers([3], 6, 0.4, 1),
      offset: numbers([3], 7),
      scale: numbers([3], 8),
    }),
    f: ({ x, mean, variance, offset, scale }) => tf.batchNorm(x, mean, variance, offset, scale, 1e-3),
  },
  {
    name: 'batch norm from moments',
    inputs: () => ({ x: numbers([2, 3, 2, 3], 4), offset: numbers([3], 7), scale: numbers([3], 8) }),
    f: ({ x, offset, scale }) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2])
      return tf.batchNorm(x, mean, variance, offset, scale, 1e-3)
    },
  },
  {
    name: 'dropout with a seed',
    inputs: () => ({ x: numbers([4, 5], 4) }),
    f: ({ x }) => tf.dropout(x, 0.3, undefined, 7),
  },
  {
    name: 'a small CNN',
    inputs: () => ({
      x: numbers([2, 8, 8, 1], 4),
      kernel: numbers([3, 3, 1, 4], 5, 0.5),
      bias: numbers([4], 6, 0.1),
      weights: numbers([36, 3], 7, 0.4),
    }),
    f: ({ x, kernel, bias, weights }) => {
      const pooled = tf.maxPool(tf.relu(tf.add(tf.conv2d(x, kernel, 1, 'valid'), bias)), 2, 2, 'valid')
      const logits = tf.matMul(tf.reshape(pooled, [2, 36]), weights)
      return tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d([1, 2], 'int32'), 3), logits)
    },
  },
]

const scalars = (values) => () => Object.fromEntries(Object.entries(values).map(([name, x]) => [name, tf.scalar(x)]))

/** The three circuits that Stanford's course cs231n works out by hand. */
export const product = {
  inputs: scalars({ x: -2, y: 5, z: -4 }),
  f: ({ x, y, z }) => tf.mul(tf.add(x, y), z),
}

/** The sigmoid is written out in its gates, as in the course. */
export const neuron = {
  inputs: scalars({ w0: 2, x0: -1, w1: -3, x1: -2, w2: -3 }),
  f: ({ w0, x0, w1, x1, w2 }) => {
    const dot = tf.add(tf.add(tf.mul(w0, x0), tf.mul(w1, x1)), w2)
    return tf.reciprocal(tf.add(tf.exp(tf.neg(dot)), 1))
  },
}

export const staged = {
  inputs: scalars({ x: 3, y: -4 }),
  f: ({ x, y }) => tf.div(tf.add(x, tf.sigmoid(y)), tf.add(tf.sigmoid(x), tf.square(tf.add(x, y)))),
}
