import { cifarResnet, lenet, type ModelWithStats, mlp, type ResnetOptions, resnet18, resnet50, vgg } from '@gg/models'

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

/** A model that can be asked for. */
export interface ModelEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** The sites at which gradients are shaped unless others are given. */
  readonly sites: string
  create(sizes: ModelSizes): ModelWithStats
}

/** Below this side an image would be a point before the network for ImageNet has begun: CIFAR's form is for those. */
const SMALLEST_FOR_IMAGENET = 96

/** The models there are. */
export const MODELS: Readonly<Record<ModelName, ModelEntry>> = {
  lenet: {
    summary: 'LeNet-5 with ReLU and max pooling',
    sites: 'conv*/output',
    create: (sizes) => lenet(sizes) as ModelWithStats,
  },
  mlp: {
    summary: 'two hidden layers of 128 units with ReLU',
    sites: 'dense*/output',
    create: (sizes) => mlp({ ...sizes, hidden: [128, 128] }) as ModelWithStats,
  },
  vgg11: vggOf(11),
  vgg13: vggOf(13),
  vgg16: vggOf(16),
  vgg19: vggOf(19),
  resnet8: resnetOf(8),
  resnet14: resnetOf(14),
  resnet20: resnetOf(20),
  resnet32: resnetOf(32),
  resnet18: largeResnet('ResNet-18', resnet18 as (options: ResnetOptions) => ModelWithStats),
  resnet50: largeResnet('ResNet-50', resnet50 as (options: ResnetOptions) => ModelWithStats),
}

function vggOf(depth: 11 | 13 | 16 | 19): ModelEntry {
  return {
    summary: `VGG-${depth} with batch norm and dropout, for images of 32 pixels and more`,
    sites: 'stage*/conv*/output',
    create: (sizes) => vgg({ ...sizes, depth }) as ModelWithStats,
  }
}

function resnetOf(depth: 8 | 14 | 20 | 32): ModelEntry {
  return {
    summary: `ResNet-${depth} for CIFAR, with batch norm`,
    sites: '**/conv*/output',
    create: (sizes) => cifarResnet({ ...sizes, depth }) as ModelWithStats,
  }
}

function largeResnet(title: string, create: (options: ResnetOptions) => ModelWithStats): ModelEntry {
  return {
    summary: `${title} with batch norm; CIFAR's form for images below ${SMALLEST_FOR_IMAGENET} pixels`,
    sites: '**/conv*/output',
    create: (sizes) =>
      create({
        ...sizes,
        form: Math.min(...sizes.inputShape.slice(0, 2)) < SMALLEST_FOR_IMAGENET ? 'cifar' : 'imagenet',
      }),
  }
}
