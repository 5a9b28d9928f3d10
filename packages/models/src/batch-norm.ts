import { fusedKernel } from '@gg/core'
import {
  add,
  div,
  mul,
  ones,
  reshape,
  slice,
  stack,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  zeros,
} from '@tensorflow/tfjs-core'
import { batchMoments, batchNormalize } from './batch-normalize.ts'
import type { ChannelStats, Layer } from './layer.ts'
import { ModelError } from './model-error.ts'

/** Parameters of a batch norm: scale γ and offset β, both `[channels]`. */
export type NormalizationParams = { readonly scale: Tensor1D; readonly offset: Tensor1D }

/** Settings of a model's batch norms; PyTorch's by default. */
export interface BatchNormOptions {
  /**
   * The part of the running statistics that each training step replaces, 0 to 1; 0.1 by default. Keras and TensorFlow
   * call `1 - momentum` the momentum.
   */
  readonly momentum?: number
  /** Added to the variance, above 0; 1e-5 by default. */
  readonly eps?: number
}

/**
 * Batch norm (Ioffe and Szegedy 2015, alg. 1 and 2) over all axes but the last.
 *
 *     training:  y = γ (x - μ_B)/√(σ²_B + eps) + β,   running ← (1 - m) running + m · (μ_B, σ²_B · N/(N - 1))
 *     else:      y = γ (x - μ)/√(σ² + eps) + β with the running μ, σ²
 *
 * As in PyTorch: a batch is normalized by its biased variance, and the running one is unbiased.
 */
export function batchNorm({ momentum = 0.1, eps = 1e-5 }: BatchNormOptions): Layer {
  return {
    kind: 'batch norm',
    site: 'normalization',
    describe: (input) => {
      const shape = input.slice(-1)
      return {
        output: input,
        params: {
          'normalization/scale': { shape, initializer: (shape) => ones([...shape]), torchName: 'weight' },
          'normalization/offset': { shape, initializer: (shape) => zeros([...shape]), torchName: 'bias' },
        },
        normalized: shape[0] ?? 0,
      }
    },
    apply: (x, { training, param, stats, setStats }) => {
      const affine = { scale: param<Tensor1D>('normalization/scale'), offset: param<Tensor1D>('normalization/offset') }
      const ofBatch = training
      const moments = ofBatch ? batchMoments(x) : (stack([stats.mean, stats.variance]) as Tensor2D)
      setStats(ofBatch ? moved(stats, moments, samplesOf(x), momentum) : stats)
      // A sum with a shortcut and a ReLU that follow are done in the same pass.
      return { finish: (followedBy) => batchNormalize(x, { ...affine, moments, eps, ofBatch }, followedBy) }
    },
  }
}

/** Refuses settings that no batch norm can have. */
export function checkBatchNormOptions(name: string, { momentum = 0.1, eps = 1e-5 }: BatchNormOptions): void {
  const refuse = (option: string, range: string, value: number): never => {
    throw new ModelError('INVALID_ARGUMENT', `${name}: \`normalization.${option}\` must be ${range}, got ${value}.`)
  }
  if (!(momentum >= 0 && momentum <= 1)) refuse('momentum', 'a number from 0 to 1', momentum)
  if (!(eps > 0 && eps < Number.POSITIVE_INFINITY)) refuse('eps', 'a number above 0', eps)
}

/** The running statistics after a batch with these moments. */
function moved(stats: ChannelStats, moments: Tensor2D, samples: number, momentum: number): ChannelStats {
  const plain = (): Tensor1D[] => {
    const channels = stats.mean.shape[0]
    const row = (i: number): Tensor1D => reshape(slice(moments, [i, 0], [1, channels]), [channels])
    const step = (from: Tensor1D, to: Tensor1D): Tensor1D => add(mul(from, 1 - momentum), mul(to, momentum))
    return [step(stats.mean, row(0)), step(stats.variance, div(row(1), 1 - 1 / samples))]
  }
  const [mean, variance] = fusedKernel('GgRunningMoments', { ...stats, moments }, { momentum, samples }, plain)
  return { mean: mean as Tensor1D, variance: variance as Tensor1D }
}

/** The numbers of one channel, of which there must be two to have a variance. */
function samplesOf(x: Tensor): number {
  const samples = x.size / (x.shape.at(-1) ?? 1)
  if (samples >= 2) return samples
  throw new ModelError(
    'SHAPE_MISMATCH',
    `apply: \`x\` must give two numbers or more of each channel to train with batch norm, got features of [${x.shape}]. ` +
      'Train with larger batches; drop a last batch of one image.',
  )
}
