// The images of the figures: CIFAR-10 or MNIST where GG_DATA_DIR has them, and the built-in digits where it has not.
import { cifar10, glyphs, mnist } from '@gg/data'
import * as tf from '@tensorflow/tfjs-core'

/** The training and test images of `name`, `'cifar10'` or `'mnist'`, or of what stands in for them. */
export async function realImages(name) {
  const read = { cifar10, mnist }[name]
  try {
    return { train: await read({ split: 'train' }), test: await read({ split: 'test' }) }
  } catch (error) {
    process.stdout.write(`no ${name}, so built-in digits: ${error.message}\n`)
    return { train: glyphs({ size: 50_000, seed: 1 }), test: glyphs({ size: 2_000, seed: 7, split: 'test' }) }
  }
}

/** Images `first` to `first + size` as `[size, height, width, channels]`, between -1 and 1; and their labels, one-hot. */
export function batchOf({ images, labels, shape, classNames }, first, size) {
  const pixels = shape[0] * shape[1] * shape[2]
  const data = Float32Array.from(images.subarray(first * pixels, (first + size) * pixels), (b) => b / 127.5 - 1)
  const classes = tf.tensor1d([...labels.subarray(first, first + size)], 'int32')
  return { x: tf.tensor4d(data, [size, ...shape]), y: tf.cast(tf.oneHot(classes, classNames.length), 'float32') }
}

/** Red, green and blue of an image at the row u and column v, both from 0 to 1. */
export function colorAt({ images, shape: [height, width, channels] }, image, u, v) {
  const at = ((image * height + Math.floor(u * height)) * width + Math.floor(v * width)) * channels
  return channels === 3 ? [...images.subarray(at, at + 3)] : [images[at], images[at], images[at]]
}
