import {
  type CifarResnetOptions,
  cifarResnet,
  type LenetOptions,
  lenet,
  type MlpOptions,
  type ModelWithStats,
  mlp,
  type ResnetOptions,
  resnet18,
  resnet50,
  type VggOptions,
  vgg,
} from '@gg/models'

/** A model by the name that `--model` takes. */
export type ModelName =
  | 'lenet'
  | 'mlp'
  | `vgg${11 | 13 | 16 | 19}`
  | `resnet${8 | 14 | 20 | 32}`
  | 'resnet18'
  | 'resnet50'

/** What a data set asks of a model. */
export interface ModelSizes {
  readonly inputShape: readonly [height: number, width: number, channels: number]
  readonly classes: number
}

/** Makes a model that fits a data set. */
export type ModelFactory = (sizes: ModelSizes) => ModelWithStats

/** A model that can be asked for. */
export interface ModelEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** What can be said in brackets, as types by name. */
  readonly options: { readonly [name: string]: string }
  /**
   * The model with some options.
   *
   * @param options - Those of the function in `@gg/models`, but for the sizes, which the data set gives.
   */
  create(options?: Readonly<Record<string, unknown>>): ModelFactory
}

/** Below this side an image would be a point before the network for ImageNet has begun: CIFAR's form is for those. */
const SMALLEST_FOR_IMAGENET = 96

const COMMON = {
  activation: 'relu, tanh, sigmoid, accelerate(...)',
  batchNorm: 'boolean',
  normalization: '{ momentum, eps }',
  initializer: 'heNormal, heUniform, glorotUniform, lecunNormal',
}

/** The models there are. */
export const MODELS: Readonly<Record<ModelName, ModelEntry>> = {
  lenet: {
    summary: 'LeNet-5 with ReLU and max pooling',
    options: { reluMaxPool: 'reluMaxPool', ...COMMON },
    create: (options) => (sizes) => lenet({ ...(options as LenetOptions), ...sizes }),
  },
  mlp: {
    summary: 'hidden layers with ReLU, two of 128 units unless given: mlp(hidden=[128, 128])',
    options: { hidden: 'readonly number[]', dropout: 'number', ...COMMON },
    create: (options) => (sizes) => mlp({ hidden: [128, 128], ...(options as Partial<MlpOptions>), ...sizes }),
  },
  vgg11: vggOf(11),
  vgg13: vggOf(13),
  vgg16: vggOf(16),
  vgg19: vggOf(19),
  resnet8: resnetOf(8),
  resnet14: resnetOf(14),
  resnet20: resnetOf(20),
  resnet32: resnetOf(32),
  resnet18: largeResnet('ResNet-18', resnet18),
  resnet50: largeResnet('ResNet-50', resnet50),
}

function vggOf(depth: 11 | 13 | 16 | 19): ModelEntry {
  return {
    summary: `VGG-${depth} with batch norm and dropout, for images of 32 pixels and more`,
    options: { width: 'number', dropout: 'number', reluMaxPool: 'reluMaxPool', ...COMMON },
    create: (options) => (sizes) => vgg({ ...(options as VggOptions), ...sizes, depth }),
  }
}

function resnetOf(depth: 8 | 14 | 20 | 32): ModelEntry {
  return {
    summary: `ResNet-${depth} for CIFAR, with batch norm`,
    options: { width: 'number', shortcut: '"A" | "B"', globalPool: 'gatedGlobalAveragePool', ...COMMON },
    create: (options) => (sizes) => cifarResnet({ ...(options as CifarResnetOptions), ...sizes, depth }),
  }
}

function largeResnet(title: string, resnet: (options: ResnetOptions) => ModelWithStats): ModelEntry {
  return {
    summary: `${title} with batch norm; in CIFAR's form for images below ${SMALLEST_FOR_IMAGENET} pixels`,
    options: { form: '"imagenet" | "cifar"', width: 'number', globalPool: 'gatedGlobalAveragePool', ...COMMON },
    create: (options) => (sizes) => {
      const small = Math.min(...sizes.inputShape.slice(0, 2)) < SMALLEST_FOR_IMAGENET
      return resnet({ form: small ? 'cifar' : 'imagenet', ...(options as ResnetOptions), ...sizes })
    },
  }
}
