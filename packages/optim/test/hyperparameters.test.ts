import { GradientTransformationError } from '@gg/core'
import {
  adadelta,
  adafactor,
  adam,
  adamw,
  adan,
  adaptiveGradClip,
  addDecayedWeights,
  addNoise,
  amsgrad,
  centralize,
  clip,
  clipByBlockRms,
  clipByGlobalNorm,
  ema,
  fromage,
  lamb,
  lars,
  lion,
  nadam,
  noisySgd,
  normalizeByUpdateNorm,
  novograd,
  optimisticGradientDescent,
  polyakSgd,
  radam,
  rmsprop,
  rprop,
  scale,
  scaleByAdam,
  scaleByFactoredRms,
  scaleByLearningRate,
  scaleByLion,
  scaleByPolyak,
  scaleByTrustRatio,
  sgd,
  signum,
  sm3,
  trace,
} from '@gg/optim'
import { scalar, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import '@tensorflow/tfjs-backend-cpu'

const mistakes: readonly (readonly [() => unknown, string])[] = [
  [() => scale(Number.NaN), 'scale: `stepSize` must be a finite number, got NaN.'],
  [() => scaleByLearningRate(-0.1), 'scaleByLearningRate: `learningRate` must be at least 0, got -0.1.'],
  [() => scaleByAdam({ b2: 1 }), 'scaleByAdam: `b2` must be in [0, 1), got 1.'],
  [() => scaleByAdam({ eps: -1 }), 'scaleByAdam: `eps` must be at least 0, got -1.'],
  [() => trace(1.1), 'trace: `decay` must be in [0, 1], got 1.1.'],
  [() => ema(1), 'ema: `decay` must be in [0, 1), got 1.'],
  [() => clip(-1), 'clip: `maxDelta` must be at least 0, got -1.'],
  [() => clipByGlobalNorm(0), 'clipByGlobalNorm: `maxNorm` must be above 0, got 0.'],
  [() => clipByBlockRms(Infinity), 'clipByBlockRms: `threshold` must be above 0, got Infinity.'],
  [() => adaptiveGradClip(0), 'adaptiveGradClip: `clipping` must be above 0, got 0.'],
  [() => adaptiveGradClip(0.1, { axis: 0.5 }), 'adaptiveGradClip: `axis` must be whole numbers, got 0.5.'],
  [() => addDecayedWeights(Infinity), 'addDecayedWeights: `weightDecay` must be a finite number, got Infinity.'],
  [() => addNoise(-1, 0.55), 'addNoise: `eta` must be at least 0, got -1.'],
  [() => addNoise(1, 0.55, { seed: 0.5 }), 'addNoise: `seed` must be a whole number, got 0.5.'],
  [
    () => normalizeByUpdateNorm({ scaleFactor: 0 }),
    'normalizeByUpdateNorm: `scaleFactor` must be other than 0, got 0.',
  ],
  [() => scaleByTrustRatio({ trustCoefficient: 0 }), 'scaleByTrustRatio: `trustCoefficient` must be above 0, got 0.'],
  [
    () => scaleByFactoredRms({ minDimSizeToFactor: 0 }),
    'scaleByFactoredRms: `minDimSizeToFactor` must be a whole number of at least 1, got 0.',
  ],
  // @ts-expect-error: programs without types pass such values too.
  [() => scaleByLion({ mode: 'soft' }), "scaleByLion: `mode` must be 'hard', 'smooth' or 'refined', got soft."],
  // @ts-expect-error
  [() => centralize({ unitAxis: 1 }), "centralize: `unitAxis` must be 'first' or 'last', got 1."],
  // @ts-expect-error
  [() => scaleByPolyak({ variant: 'x' }), "scaleByPolyak: `variant` must be 'sps' or 'sps+', got x."],

  // An optimizer speaks in its own name and of its own arguments.
  [() => sgd(Number.NaN), 'sgd: `learningRate` must be at least 0, got NaN.'],
  [() => sgd(0.1, { momentum: 2 }), 'sgd: `momentum` must be in [0, 1], got 2.'],
  [() => adam(0.1, { b1: 2 }), 'adam: `b1` must be in [0, 1), got 2.'],
  [() => nadam(0.1, { b1: 2 }), 'nadam: `b1` must be in [0, 1), got 2.'],
  [() => adamw(0.1, { weightDecay: Number.NaN }), 'adamw: `weightDecay` must be a finite number, got NaN.'],
  [() => amsgrad(0.1, { b2: -1 }), 'amsgrad: `b2` must be in [0, 1), got -1.'],
  [() => adan(0.1, { b3: 1 }), 'adan: `b3` must be in [0, 1), got 1.'],
  [() => radam(0.1, { threshold: 3 }), 'radam: `threshold` must be at least 4, got 3.'],
  [() => lion(0.1, { b2: 1 }), 'lion: `b2` must be in [0, 1), got 1.'],
  [() => adadelta(1, { rho: 1 }), 'adadelta: `rho` must be in [0, 1), got 1.'],
  [() => rmsprop(0.1, { centered: true, decay: 1 }), 'rmsprop: `decay` must be in [0, 1), got 1.'],
  [() => rmsprop(0.1, { momentum: -1 }), 'rmsprop: `momentum` must be in [0, 1], got -1.'],
  [() => adafactor(0.1, { momentum: 1 }), 'adafactor: `momentum` must be in [0, 1), got 1.'],
  [() => adafactor(0.1, { clippingThreshold: 0 }), 'adafactor: `clippingThreshold` must be above 0, got 0.'],
  [() => lamb(0.1, { eps: -1 }), 'lamb: `eps` must be at least 0, got -1.'],
  [() => lars(0.1, { momentum: 2 }), 'lars: `momentum` must be in [0, 1], got 2.'],
  [() => fromage(-1), 'fromage: `learningRate` must be at least 0, got -1.'],
  [() => novograd(0.1, { b1: 1 }), 'novograd: `b1` must be in [0, 1), got 1.'],
  [() => sm3(0.1, { momentum: 1 }), 'sm3: `momentum` must be in [0, 1), got 1.'],
  [() => signum(0.1, { beta: 1 }), 'signum: `beta` must be in [0, 1), got 1.'],
  [() => noisySgd(0.1, { gamma: -1 }), 'noisySgd: `gamma` must be at least 0, got -1.'],
  [() => rprop(0), 'rprop: `learningRate` must be above 0, got 0.'],
  [() => rprop(1, { etaPlus: 0.5 }), 'rprop: `etaPlus` must be at least 1, got 0.5.'],
  [
    () => rprop(1, { minStepSize: 2, maxStepSize: 1 }),
    'rprop: `maxStepSize` must be at least `minStepSize` (2), got 1.',
  ],
  [
    () => optimisticGradientDescent(0.1, { beta: Infinity }),
    'optimisticGradientDescent: `beta` must be a finite number, got Infinity.',
  ],
  [() => polyakSgd({ maxLearningRate: 0 }), 'polyakSgd: `maxLearningRate` must be above 0, got 0.'],
]

describe('hyperparameters', () => {
  it.each(mistakes)('%s', (make, message) => {
    expect(make).toThrow(
      expect.objectContaining({ name: 'GradientTransformationError', code: 'INVALID_ARGUMENT', message }),
    )
  })

  it('keep the complaint of the part as the cause', () => {
    expect(() => adam(0.1, { b1: 2 })).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringMatching(/^scaleByAdam:/) }) }),
    )
  })

  it('of scaleByPolyak include the loss', () => {
    const tx = scaleByPolyak()
    const message = /^scaleByPolyak: `extra.value` must be a number or a scalar, got /
    expect(() => tx.update(scalar(1), {})).toThrow(message)
    expect(() => tx.update(scalar(1), {}, undefined, { value: tensor([1, 2]) })).toThrow(message)
    expect(() => tx.update(scalar(1), {}, undefined, { value: '1' })).toThrow(GradientTransformationError)
  })
})
