import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'
import type { Initializer } from './initializer.ts'
import type { Random } from './random.ts'
import type { Features } from './unfinished.ts'

/** The shape of one sample's features, without the batch: `[height, width, channels]` or `[units]`. */
export type FeatureShape = readonly number[]

/** A parameter before there is one: its shape and how it starts. */
export interface ParamSpec {
  readonly shape: readonly number[]
  readonly initializer: Initializer
  /** The name it has in a layer of PyTorch. */
  readonly torchName: 'weight' | 'bias'
  /** `[height, width, channels]` of the maps that a dense kernel reads, whose order PyTorch has otherwise. */
  readonly maps?: FeatureShape
}

/** What a layer makes of features of one shape. */
export interface LayerDescription {
  readonly output: FeatureShape
  /** Parameters by name; none by default. */
  readonly params?: { readonly [name: string]: ParamSpec }
  /** The number of channels of which it keeps running statistics; none by default. */
  readonly normalized?: number
  /** Multiply-adds of one sample; 0 by default. */
  readonly flops?: number
}

/** Mean and variance of each channel. */
export type ChannelStats = { readonly mean: Tensor1D; readonly variance: Tensor1D }

/** What a layer is given while it is applied. */
export interface LayerScope {
  readonly training: boolean
  /** A parameter, of the shape that was described. */
  param<T extends Tensor>(name: string): T
  /** The running statistics before this call. */
  readonly stats: ChannelStats
  /** Hands out the statistics after this call. */
  setStats(stats: ChannelStats): void
  /** The layer's stream of random numbers in this call. */
  random(): Random
}

/** One step of a network, told twice: with shapes, and with tensors. */
export interface Layer {
  /** For `summary`, such as `conv 3×3`. */
  readonly kind: string
  /** The last part of its site's name, such as `output`; without one, no site. */
  readonly site?: 'output' | 'normalization' | 'activation' | 'pool'
  /** Nothing else reads what it is given, which is disposed behind it. */
  readonly consumes?: boolean
  describe(input: FeatureShape): LayerDescription
  /** What is called in place of `apply` for a layer that can be done along with what the features in front of it wait for. */
  readonly complete?: (x: Features) => Tensor
  /** Leaves its intermediate tensors to the scope around it. */
  apply(x: Tensor, scope: LayerScope): Features
}
