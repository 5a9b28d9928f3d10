import { type Activation, activationFunction, initializerFor } from './activation.ts'
import { type BatchNormOptions, batchNorm, checkBatchNormOptions } from './batch-norm.ts'
import { convolution } from './convolution.ts'
import { dense } from './dense.ts'
import { glorotUniform, type Initializer } from './initializer.ts'
import type { Net } from './net.ts'
import { maxPooling, type ReluMaxPool, reluMaxPooling } from './pooling.ts'
import { activated, reluOf } from './unfinished.ts'

/** How the layers of one model are made. */
export interface UnitOptions {
  readonly activation: Activation
  readonly batchNorm: boolean
  readonly normalization: BatchNormOptions
  readonly initializer: Initializer | undefined
}

/** Layers with what follows them: `path/output`, then `path/normalization` if the model has batch norm. */
export interface Units {
  conv<X>(net: Net<X>, path: string, x: X, shape: ConvShape): X
  dense<X>(net: Net<X>, path: string, x: X, units: number): X
  /** The activation of the layer at `path`. */
  activate<X>(net: Net<X>, path: string, x: X): X
  /** The activation of the layer at `path`, and max pooling over windows of 2 × 2, whose site is at `pool`. */
  activateAndPool<X>(net: Net<X>, path: string, pool: string, x: X, reluMaxPool: ReluMaxPool | undefined): X
  /** The last layer: a bias, no batch norm, no activation. */
  logits<X>(net: Net<X>, x: X, classes: number): X
}

/** The geometry of a convolution. */
interface ConvShape {
  readonly size: number
  readonly filters: number
  readonly stride?: number
  readonly pad: number
}

/** The layers of a model. Those with batch norm have no bias, which it would take away again. */
export function createUnits(
  name: string,
  { activation, batchNorm: normalized, normalization, initializer = initializerFor(activation) }: UnitOptions,
): Units {
  const phi = activationFunction(name, activation)
  checkBatchNormOptions(name, normalization)
  const bias = !normalized
  const normalize = <X>(net: Net<X>, path: string, x: X): X =>
    normalized ? net.layer(path, batchNorm(normalization), x) : x
  const activate = <X>(net: Net<X>, path: string, x: X): X =>
    net.layer(
      path,
      {
        kind: typeof activation === 'string' ? activation : activation.name || 'activation',
        site: 'activation',
        complete: activation === 'relu' ? reluOf : (x) => activated(x, phi),
        describe: (input) => ({ output: input }),
        apply: (y) => phi(y),
      },
      x,
    )
  return {
    conv: (net, path, x, shape) =>
      normalize(net, path, net.layer(path, convolution({ ...shape, bias, initializer }), x)),
    dense: (net, path, x, units) => normalize(net, path, net.layer(path, dense({ units, bias, initializer }), x)),
    activate,
    activateAndPool: (net, path, pool, x, reluMaxPool) =>
      reluMaxPool === undefined
        ? net.layer(pool, maxPooling({ size: 2, stride: 2 }), activate(net, path, x))
        : net.layer(pool, reluMaxPooling(reluMaxPool), x),
    logits: (net, x, classes) =>
      net.layer('logits', dense({ units: classes, bias: true, initializer: glorotUniform }), x),
  }
}
