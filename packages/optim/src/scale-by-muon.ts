import { type GradientTransformation, gradientTransformation, type Tree, treeMapWithPath } from '@gg/core'
import { mul, sum, type Tensor } from '@tensorflow/tfjs-core'
import { checkArgument } from './check-argument.ts'
import { checkHyperparameters } from './check-hyperparameters.ts'
import { biasCorrected, nesterovMoment, updateMoment, zerosLikeTree } from './moments.ts'
import { matrixLayout, type WeightDimensionNumbers } from './muon-dimension-numbers.ts'
import { asMatrices, type MuonPreconditioning, type NewtonSchulzCoefficients, newtonSchulz } from './newton-schulz.ts'

/** Options of `scaleByMuon`. */
export interface ScaleByMuonOptions {
  /** Coefficients for all steps, for each step, or the name of a set. `'standard'` (3.4445, -4.775, 2.0315) unless given. */
  readonly nsCoeffs?: 'standard' | 'dion' | NewtonSchulzCoefficients | readonly NewtonSchulzCoefficients[]
  /** Newton-Schulz steps, a whole number of at least 1; of a list of coefficients the last so many. 5 unless given. */
  readonly nsSteps?: number
  /** Decay of the mean of gradients, in [0, 1). 0.95 unless given. */
  readonly beta?: number
  /** Against division by zero, above 0. 1e-8 unless given. */
  readonly eps?: number
  /** Nesterov's momentum. `true` unless given. */
  readonly nesterov?: boolean
  /** Multiply by the dual norm of the gradient, so that its size counts. `false` unless given. */
  readonly adaptive?: boolean
  /** How matrices are scaled before the first step. `'frobenius'` unless given. */
  readonly preconditioning?: MuonPreconditioning
  /** The matrix of each leaf: rows are axis 0 and columns axis 1 of leaves of rank 2 unless given. */
  readonly weightDimensionNumbers?: WeightDimensionNumbers
}

/** The state of `scaleByMuon`. */
export type ScaleByMuonState = {
  /** Updates so far. */
  readonly count: number
  /** The running mean of gradients. */
  readonly mu: Tree
}

const presets: { readonly [name: string]: NewtonSchulzCoefficients | readonly NewtonSchulzCoefficients[] } = {
  standard: [3.4445, -4.775, 2.0315],
  dion: [
    [4.0848, -6.8946, 2.927],
    [3.9505, -6.3029, 2.6377],
    [3.7418, -5.5913, 2.3037],
    [2.8769, -3.1427, 1.2046],
    [2.8366, -3.0525, 1.2012],
  ],
}

/**
 * Replaces the mean of gradients of each matrix by a nearby one with orthonormal rows or columns, so that every
 * direction moves equally far: the heart of Muon (Jordan et al. 2024).
 *
 * `mu = beta mu + (1 - beta) g`; `m̂` is `mu` corrected for its start, with Nesterov's momentum as in NAdam;
 * `u = NS(m̂)`: `X ← X / ‖X‖`, then `X ← c0 X + (c1 A + c2 A²) X` with `A = X Xᵀ`, `nsSteps` times.
 * Singular values end up around 1 (0.7 to 1.2 with the standard coefficients), not at 1.
 *
 * Leaves must be matrices, or be told to be by `weightDimensionNumbers`; `muon` sends the others to `adamw`.
 * Deviates from optax in that there is no preconditioning by the spectral norm, which tfjs cannot compute, and that a
 * leaf of another rank is an error at the first update.
 *
 * State: count and mean, shaped like the parameters. Needs `params`: no. Memory: one tensor for each parameter.
 *
 * @param options - Momentum, steps and their coefficients.
 * @throws GradientTransformationError `INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { scaleByMuon } from '@gg/optim'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const tx = scaleByMuon()
 * const [updates] = tx.update(tf.diag(tf.tensor1d([1, -100])), tx.init(tf.zeros([2, 2])))
 * console.log(updates.arraySync().map((row) => row.map((u) => Math.round(u)))) // → [ [ 1, 0 ], [ 0, -1 ] ]
 * ```
 */
export function scaleByMuon(options: ScaleByMuonOptions = {}): GradientTransformation<ScaleByMuonState> {
  const { beta = 0.95, eps = 1e-8, nesterov = true, adaptive = false, preconditioning = 'frobenius' } = options
  const steps = stepCoefficients(options)
  const dimensionNumbers =
    options.weightDimensionNumbers ?? ((_: string, leaf: Tensor) => (leaf.rank === 2 ? {} : undefined))
  checkHyperparameters('scaleByMuon', 'in [0, 1)', { beta })
  checkHyperparameters('scaleByMuon', 'above 0', { eps })
  const known = ['frobenius', 'aol', 'schatten'].includes(preconditioning)
  checkArgument(known, 'scaleByMuon', 'preconditioning', "'frobenius', 'aol' or 'schatten'", `'${preconditioning}'`)
  const orthogonal = (path: string, mean: Tensor): Tensor => {
    const numbers = dimensionNumbers(path, mean)
    checkArgument(numbers !== undefined, 'scaleByMuon', 'updates', 'matrices', `[${mean.shape}] at '${path}'`)
    const u = asMatrices(mean, matrixLayout('scaleByMuon', mean, numbers ?? {}), (batch) =>
      newtonSchulz(batch, steps, preconditioning, eps),
    )
    return adaptive ? mul(u, sum(mul(mean, u))) : u
  }
  return gradientTransformation<ScaleByMuonState>({
    init: (params) => ({ count: 0, mu: zerosLikeTree(params) }),
    update: (updates, state) => {
      const count = state.count + 1
      const mu = updateMoment(updates, state.mu, beta, 1)
      const mean = nesterov ? nesterovMoment(updates, mu, beta, count) : biasCorrected(mu, beta, count)
      return [treeMapWithPath(orthogonal, mean), { count, mu }]
    },
  })
}

function stepCoefficients({
  nsCoeffs = 'standard',
  nsSteps = 5,
}: ScaleByMuonOptions): readonly NewtonSchulzCoefficients[] {
  checkHyperparameters('scaleByMuon', 'a whole number of at least 1', { nsSteps })
  const given = typeof nsCoeffs === 'string' ? presets[nsCoeffs] : nsCoeffs
  const expected = "'standard', 'dion', three numbers, or three for each step"
  checkArgument(given !== undefined, 'scaleByMuon', 'nsCoeffs', expected, `'${String(nsCoeffs)}'`)
  const all = isOne(given ?? []) ? Array.from({ length: nsSteps }, () => given as NewtonSchulzCoefficients) : given
  const list = all as readonly NewtonSchulzCoefficients[]
  checkArgument(
    list.every((step) => step.length === 3),
    'scaleByMuon',
    'nsCoeffs',
    expected,
    JSON.stringify(nsCoeffs),
  )
  checkArgument(
    list.length >= nsSteps,
    'scaleByMuon',
    'nsSteps',
    `at most ${list.length}, the steps that \`nsCoeffs\` has`,
    nsSteps,
  )
  return list.slice(-nsSteps)
}

function isOne(coefficients: readonly unknown[]): boolean {
  return typeof coefficients[0] === 'number'
}
