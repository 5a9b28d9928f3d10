// The networks and methods that bench/wasm-training.mjs times, by name.
import { accelerate } from '@gg/gaaf'
import { gate } from '@gg/gating'
import { lateralMask } from '@gg/lateral-mask'
import { cifarResnet, lenet, resnet18, vgg } from '@gg/models'

/** Each with its batch, as in the tables of its paper's followers. */
export const NETS = {
  lenet: { batch: 64, build: (options) => lenet(options), outputs: 'conv?/output' },
  resnet8: { batch: 64, build: (options) => cifarResnet({ depth: 8, ...options }), outputs: '{conv1,**/conv?}/output' },
  vgg11: {
    batch: 64,
    build: (options) => vgg({ depth: 11, width: 32, dropout: 0, ...options }),
    outputs: '**/conv?/output',
  },
  resnet18: {
    batch: 16,
    build: (options) => resnet18({ form: 'cifar', ...options }),
    outputs: '{conv1,**/conv?}/output',
  },
}

/** What is done to gradients at the output of every convolution, or in place of every ReLU. */
export const METHODS = {
  plain: {},
  gate: { at: () => gate() },
  gaaf: { activation: () => accelerate('relu') },
  'lateral mask': { at: () => lateralMask() },
}
