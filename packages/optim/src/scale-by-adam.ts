import { fusedTreeMap, type GradientTransformation, gradientTransformation, type Tree } from '@gg/core'
import { add, div, mul, scalar, sqrt, square, type Tensor } from '@tensorflow/tfjs-core'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { zerosLikeTree } from './moments.ts'

/** Options of `scaleByAdam`. */
export interface ScaleByAdamOptions {
  /** Decay of the mean of gradients, in [0, 1). 0.9 unless given. */
  readonly b1?: number
  /** Decay of the mean of squared gradients, in [0, 1). 0.999 unless given. */
  readonly b2?: number
  /** Added to the root, in units of the gradient; at least 0. 1e-8 unless given. tfjs' `tf.train.adam` has 1e-7. */
  readonly eps?: number
  /** Added under the root, in units of the squared gradient; at least 0. 0 unless given. */
  readonly epsRoot?: number
  /** Nesterov's momentum: NAdam (Dozat 2016). `false` unless given. */
  readonly nesterov?: boolean
}

/** The state of `scaleByAdam` and of those of its kin that keep the same. */
export type ScaleByAdamState = {
  /** Updates so far. */
  readonly count: number
  /** First moment: the running mean of gradients. */
  readonly mu: Tree
  /** Second moment: the running mean of squared gradients. */
  readonly nu: Tree
}

/**
 * Divides the mean of gradients by the root of the mean of their squares: the heart of Adam (Kingma & Ba 2015,
 * algorithm 1).
 *
 * `mu_t = b1 · mu_(t-1) + (1 - b1) · g_t`; `nu_t = b2 · nu_(t-1) + (1 - b2) · g_t²`;
 * `u_t = mu_t / (1 - b1^t) / (√(nu_t / (1 - b2^t) + epsRoot) + eps)`.
 *
 * A chain of it and `scaleByLearningRate` is `adam`. With `nesterov` the numerator is that of NAdam (Dozat 2016);
 * like optax, and unlike Dozat's algorithm 2, it does not multiply the second moment by `b2` once more. There is no
 * `mu_dtype`: tfjs computes in float32.
 *
 * State: count and two moments, shaped like the parameters. Needs `params`: no. Memory: two tensors for each parameter.
 *
 * @param options - Decays and terms against division by zero.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByAdam } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByAdam({ eps: 0 })
 * const [updates, state] = tx.update(tf.tensor1d([0.5, -4]), tx.init(tf.zeros([2])))
 * console.log(updates.arraySync().map((u) => u.toFixed(3)), state.count) // → [ '1.000', '-1.000' ] 1
 * ```
 */
export function scaleByAdam(options: ScaleByAdamOptions = {}): GradientTransformation<ScaleByAdamState> {
  const { b1 = 0.9, b2 = 0.999, eps = 1e-8, epsRoot = 0, nesterov = false } = options
  checkHyperparameters('scaleByAdam', 'in [0, 1)', { b1, b2 })
  checkHyperparameters('scaleByAdam', 'at least 0', { eps, epsRoot })
  return gradientTransformation<ScaleByAdamState>({
    init: (params) => ({ count: 0, mu: zerosLikeTree(params), nu: zerosLikeTree(params) }),
    update: (updates, state) => {
      const count = state.count + 1
      // Both corrections and the root of the second one are numbers: together they are one factor for each leaf.
      const root = Math.sqrt(1 - b2 ** count)
      const now = root / (1 - b1 ** count)
      const attrs = {
        b1,
        b2,
        // NAdam's numerator is the first moment as the next update would see it if its gradient were today's.
        ofMu: nesterov ? (root * b1) / (1 - b1 ** (count + 1)) : now,
        ofUpdates: nesterov ? now * (1 - b1) : 0,
        underRoot: epsRoot * root * root,
        besideRoot: eps * root,
      }
      const kernel = { name: 'GgScaleByAdam', attrs, results: 3, plain: () => plainStep(attrs) } as const
      const [next, mu, nu] = fusedTreeMap(kernel, updates, state.mu, state.nu) as [typeof updates, Tree, Tree]
      return [next, { count, mu, nu }]
    },
  })
}

/** The step of one leaf: updates, mu, nu to the next ones. */
function plainStep(attrs: {
  readonly b1: number
  readonly b2: number
  readonly ofMu: number
  readonly ofUpdates: number
  readonly underRoot: number
  readonly besideRoot: number
}): (g: Tensor, mu: Tensor, nu: Tensor) => Tensor[] {
  // One tensor for each factor, not one for each factor and leaf, which is what a number would become.
  const [b1, b2, rest1, rest2] = [attrs.b1, attrs.b2, 1 - attrs.b1, 1 - attrs.b2].map((n) => scalar(n)) as Factors
  const [ofMu, ofUpdates, underRoot, besideRoot] = [attrs.ofMu, attrs.ofUpdates, attrs.underRoot, attrs.besideRoot].map(
    (n) => scalar(n),
  ) as Factors
  return (g, oldMu, oldNu) => {
    const mu = add(mul(g, rest1), mul(oldMu, b1))
    const nu = add(mul(square(g), rest2), mul(oldNu, b2))
    const scaled = mul(mu, ofMu)
    const numerator = attrs.ofUpdates === 0 ? scaled : add(scaled, mul(g, ofUpdates))
    const denominator = add(sqrt(attrs.underRoot === 0 ? nu : add(nu, underRoot)), besideRoot)
    return [div(numerator, denominator), mu, nu]
  }
}

type Factors = [Tensor, Tensor, Tensor, Tensor]
