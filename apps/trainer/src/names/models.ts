import { lenet, type Model, mlp } from '@gg/models'

/** A model by the name that `--model` takes. */
export type ModelName = 'lenet' | 'mlp'

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
  create(sizes: ModelSizes): Model
}

/** The models there are. */
export const MODELS: Readonly<Record<ModelName, ModelEntry>> = {
  lenet: {
    summary: 'LeNet-5 with ReLU and max pooling',
    sites: 'conv*/output',
    create: (sizes) => lenet(sizes) as Model,
  },
  mlp: {
    summary: 'two hidden layers of 128 units with ReLU',
    sites: 'dense*/output',
    create: (sizes) => mlp({ ...sizes, hidden: [128, 128] }) as Model,
  },
}
