import { reluMaxPool } from '@gg/backprop'
import { cutout, flip, mixup, padCrop } from '@gg/data'
import { gatedGlobalAveragePool } from '@gg/gating'
import { glorotUniform, heNormal, heUniform, lecunNormal } from '@gg/models'
import type { Tensor } from '@tensorflow/tfjs-core'
import picomatch from 'picomatch'
import { MODELS } from '../names/models.ts'
import type { Signature } from './signature.ts'
import type { Word } from './vocabulary.ts'

/** Words that are not a package's: there, they would have other names, or need what only the trainer knows. */
export const OWN_WORDS: readonly (readonly [name: string, word: Word])[] = [
  ...Object.entries(MODELS).map(([name, { summary, options, create }]) =>
    word(name, create, { kind: 'model', summary, options }),
  ),
  word('crop', ({ padding = 4, ...more }: { readonly padding?: number } = {}) => padCrop({ padding, ...more }), {
    kind: 'augmentation',
    summary: 'moves images by up to `padding` pixels, 4 unless given (He et al. 2016)',
    options: { padding: 'number', fill: 'number' },
  }),
  word('flip', flip, {
    kind: 'augmentation',
    summary: 'mirrors images left to right, with a probability of 0.5 unless given',
    options: { probability: 'number' },
  }),
  word('cutout', ({ size = 8, ...more }: { readonly size?: number } = {}) => cutout({ size, ...more }), {
    kind: 'augmentation',
    summary: 'covers a square of `size` pixels, 8 unless given (DeVries and Taylor 2017)',
    options: { size: 'number', fill: 'number' },
  }),
  word('mixup', ({ alpha = 0.2 }: { readonly alpha?: number } = {}) => mixup({ alpha }), {
    kind: 'augmentation',
    summary: 'mixes pairs of images and their labels, alpha 0.2 unless given (Zhang et al. 2018)',
    options: { alpha: 'number' },
  }),
  word('kernels', (_: string, leaf: Tensor): boolean => leaf.rank > 1, {
    kind: 'mask',
    summary: 'the weights with two axes and more: kernels, and neither biases nor scales, for `mask=kernels`',
  }),
  word('weights', (pattern: string) => maskOf(pattern), {
    kind: 'mask',
    summary: "the weights whose paths match a pattern, such as weights('conv*/**')",
    parameters: [{ name: 'pattern', type: 'string', required: true }],
  }),
  word('gatedGlobalAveragePool', gatedGlobalAveragePool, {
    kind: 'pooling',
    summary: 'global pooling with a gated gradient, for `globalPool=` of the residual networks',
  }),
  word('reluMaxPool', reluMaxPool, {
    kind: 'pooling',
    summary: 'ReLU and max pooling in one that keeps less, for `reluMaxPool=` of lenet and vgg',
  }),
  ...Object.entries({ heNormal, heUniform, glorotUniform, lecunNormal }).map(([name, initializer]) =>
    word(name, initializer, {
      kind: 'initializer',
      summary: 'first weights of kernels, for `initializer=` of a model',
    }),
  ),
  word('round', Math.round, {
    kind: 'number',
    summary: 'the nearest whole number, such as round(0.05 * steps)',
    parameters: [{ name: 'x', type: 'number', required: true }],
  }),
]

function word(
  name: string,
  value: unknown,
  { parameters = [], ...rest }: Omit<Signature, 'parameters'> & Partial<Pick<Signature, 'parameters'>>,
): readonly [string, Word] {
  return [name, { value, signature: { parameters, ...rest } }]
}

function maskOf(pattern: string): (path: string) => boolean {
  const matches = picomatch(pattern)
  return (path) => matches(path)
}
