import { disposeTree, valueAndGrad } from '@gg/core'
import {
  cosineDistance,
  cosineSimilarity,
  huberLoss,
  klDivergence,
  l2Loss,
  logCosh,
  polyLossCrossEntropy,
  sigmoidBinaryCrossEntropy,
  sigmoidFocalLoss,
  smoothLabels,
  softmaxCrossEntropy,
  softmaxCrossEntropyWithIntegerLabels,
  squaredError,
} from '@gg/optim'
import { expectNoLeak, onBackends, readVectors, type Tolerance } from '@gg/testing'
import {
  cast,
  mul,
  oneHot,
  type Scalar,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

type Rows = readonly (readonly number[])[]

const { losses } = readVectors<{
  readonly losses: {
    readonly logits: Rows
    readonly labels: readonly number[]
    readonly targets: Rows
    readonly probabilities: Rows
    readonly soft_labels: Rows
    readonly entries: {
      readonly [name: string]: { readonly value: readonly number[]; readonly grad: readonly number[] }
    }
  }
}>('optax')

const matrix = (rows: Rows, factor = 1) => tensor2d(rows.map((row) => row.map((x) => x * factor)))
const integers = () => tensor1d([...losses.labels], 'int32')
const labels = () => cast(oneHot(integers(), 4), 'float32')
const targets = () => matrix(losses.targets)
const soft = () => matrix(losses.soft_labels)
const probabilities = () => matrix(losses.probabilities)

/** log_softmax(logits) in float64. */
const logProbabilities: Rows = losses.logits.map((row) => {
  const total = Math.log(row.reduce((total, x) => total + Math.exp(x), 0))
  return row.map((x) => x - total)
})

interface Row {
  readonly loss: (x: Tensor) => Tensor
  readonly at?: 'large' | 'log'
  /** Where 1e-5 is not kept, with the reason beside it. */
  readonly tolerance?: Tolerance
}

const table: { readonly [name: string]: Row } = {
  softmax_cross_entropy: { loss: (x) => softmaxCrossEntropy(x, labels()) },
  softmax_cross_entropy_with_integer_labels: { loss: (x) => softmaxCrossEntropyWithIntegerLabels(x, integers()) },
  'smooth_labels(0.1) xent': { loss: (x) => softmaxCrossEntropy(x, smoothLabels(labels(), 0.1)) },
  poly_loss: { loss: (x) => polyLossCrossEntropy(x, labels()) },
  'poly_loss(epsilon=-1), probabilities': { loss: (x) => polyLossCrossEntropy(x, probabilities(), { epsilon: -1 }) },
  'sigmoid_focal(alpha=.25)': { loss: (x) => sigmoidFocalLoss(x, labels(), { alpha: 0.25 }) },
  'sigmoid_focal(gamma=0.5), large logits': { loss: (x) => sigmoidFocalLoss(x, labels(), { gamma: 0.5 }), at: 'large' },
  'sigmoid_focal(), soft labels': { loss: (x) => sigmoidFocalLoss(x, soft()) },
  sigmoid_bce: { loss: (x) => sigmoidBinaryCrossEntropy(x, labels()) },
  'sigmoid_bce, soft labels': { loss: (x) => sigmoidBinaryCrossEntropy(x, soft()) },
  'sigmoid_bce, large logits': { loss: (x) => sigmoidBinaryCrossEntropy(x, labels()), at: 'large' },
  'softmax_cross_entropy, large logits': { loss: (x) => softmaxCrossEntropy(x, labels()), at: 'large' },
  'integer labels, large logits': { loss: (x) => softmaxCrossEntropyWithIntegerLabels(x, integers()), at: 'large' },
  'huber(delta=1)': { loss: (x) => huberLoss(x, labels()) },
  'huber(delta=0.5)': { loss: (x) => huberLoss(x, targets(), { delta: 0.5 }) },
  'huber without targets': { loss: (x) => huberLoss(x) },
  log_cosh: { loss: (x) => logCosh(x, labels()) },
  'log_cosh, large': { loss: (x) => logCosh(x, targets()), at: 'large' },
  l2_loss: { loss: (x) => l2Loss(x, targets()) },
  squared_error: { loss: (x) => squaredError(x, targets()) },
  cosine_similarity: { loss: (x) => cosineSimilarity(x, targets()) },
  'cosine_similarity(epsilon=10)': { loss: (x) => cosineSimilarity(x, targets(), { epsilon: 10 }) },
  cosine_distance: { loss: (x) => cosineDistance(x, targets()) },
  kl_divergence: { loss: (x) => klDivergence(x, probabilities()), at: 'log' },
  'kl_divergence, one-hot targets': { loss: (x) => klDivergence(x, labels()), at: 'log' },
}

describe('losses of optax', () => {
  it('all stand in the table', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(losses.entries).sort())
  })

  onBackends(() => {
    it.each(Object.entries(table))('%s', (name, { loss, at, tolerance }) => {
      const golden = losses.entries[name]!
      expectNoLeak(() => {
        const x = at === 'log' ? matrix(logProbabilities) : matrix(losses.logits, at === 'large' ? 100 : 1)
        const { value, grads, aux } = valueAndGrad(
          (logits: Tensor) => {
            const values = loss(logits)
            const weights = tensor(
              golden.value.map((_, j) => Math.cos(j)),
              values.shape,
            )
            return [sum(mul(values, weights)) as Scalar, values]
          },
          { hasAux: true },
        )(x)
        expect(aux, 'value').toBeAllClose(golden.value, tolerance)
        expect(grads, 'gradient').toBeAllClose(golden.grad, tolerance)
        disposeTree([x, value, grads, aux])
      })
    })

    it('leave nothing behind and borrow their arguments', () => {
      expectNoLeak(() => {
        for (const { loss } of Object.values(table)) {
          const x = tidy(() => matrix(losses.logits))
          tidy(() => void loss(x))
          expect(x.isDisposed).toBe(false)
          x.dispose()
        }
        const x = zeros([2, 3])
        const y = zeros([2, 3])
        const made = [
          softmaxCrossEntropy(x, y),
          smoothLabels(y, 0.1),
          sigmoidBinaryCrossEntropy(x, y),
          sigmoidFocalLoss(x, y),
          polyLossCrossEntropy(x, y),
          huberLoss(x, y),
          huberLoss(x),
          l2Loss(x),
          squaredError(x, y),
          logCosh(x),
          cosineSimilarity(x, y, { epsilon: 1 }),
          cosineDistance(x, y, { epsilon: 1 }),
          klDivergence(x, y),
        ]
        expect(x.isDisposed || y.isDisposed).toBe(false)
        disposeTree([x, y, made])
      })
    })
  })
})

describe('losses', () => {
  it('say what is wrong with a shape or a number', () => {
    tidy(() => {
      const code = (name: string) => expect.objectContaining({ code: name })
      expect(() => l2Loss(zeros([2, 1]), zeros([2]))).toThrow(code('SHAPE_MISMATCH'))
      expect(() => softmaxCrossEntropyWithIntegerLabels(zeros([2, 3]), zeros([2, 3]))).toThrow(code('SHAPE_MISMATCH'))
      expect(() => huberLoss(zeros([2]), zeros([2]), { delta: 0 })).toThrow(code('INVALID_ARGUMENT'))
      expect(() => smoothLabels(zeros([2]), 1.5)).toThrow('smoothLabels: `alpha` must be in [0, 1], got 1.5.')
    })
  })

  it('have a gradient at 0, where tfjs takes a side', () => {
    const { value, grads } = valueAndGrad((x: Tensor) =>
      tidy(() => sum(sigmoidBinaryCrossEntropy(x, zeros([1]))) as Scalar),
    )(zeros([1]))
    expect(grads).toBeAllClose([0.5])
    disposeTree([value, grads])
  })

  it('keep a NaN', () => {
    tidy(() => {
      expect(huberLoss(tensor1d([Number.NaN, 1]))).toBeAllClose([Number.NaN, 0.5])
    })
  })
})
