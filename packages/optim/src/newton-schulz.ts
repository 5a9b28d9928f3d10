import {
  abs,
  add,
  div,
  matMul,
  maximum,
  mul,
  reshape,
  rsqrt,
  sqrt,
  square,
  sum,
  type Tensor,
  transpose,
} from '@tensorflow/tfjs-core'

/** The coefficients of one step: `X ← c0 X + (c1 A + c2 A A) X` with `A = X Xᵀ`. */
export type NewtonSchulzCoefficients = readonly [number, number, number]

/** How matrices are scaled before the first step. */
export type MuonPreconditioning = 'frobenius' | 'aol' | 'schatten'

/**
 * Takes each of a batch of matrices close to the nearest one with orthonormal rows or columns, by steps of products only.
 *
 * @param batch - `[batch, rows, columns]`.
 * @param steps - The coefficients of each step.
 * @param preconditioning - How to scale first, so that no singular value is above 1.
 * @param eps - The least norm that is divided by.
 */
export function newtonSchulz(
  batch: Tensor,
  steps: readonly NewtonSchulzCoefficients[],
  preconditioning: MuonPreconditioning,
  eps: number,
): Tensor {
  const [, rows = 0, columns = 0] = batch.shape
  // The smaller of the two square matrices is the one to work with.
  if (rows > columns) return swapped(newtonSchulz(swapped(batch), steps, preconditioning, eps))
  let x = preconditioning === 'frobenius' ? div(batch, add(sqrt(squares(batch)), eps)) : batch
  for (const [i, coefficients] of steps.entries()) {
    let gram = matMul(x, x, false, true)
    if (i === 0 && preconditioning !== 'frobenius') {
      const factors = preconditioning === 'aol' ? aolFactors(gram, eps) : rsqrt(maximum(sqrt(squares(gram)), eps))
      x = mul(x, factors)
      gram = mul(mul(gram, factors), preconditioning === 'aol' ? swapped(factors) : factors)
    }
    const [c0, c1, c2] = coefficients
    x = add(mul(x, c0), matMul(add(mul(gram, c1), matMul(mul(gram, c2), gram)), x))
  }
  return x
}

/** One factor for each row, `1 / √(Σ |gram|)`, as "almost orthogonal layers" have it: `[batch, rows, 1]`. */
function aolFactors(gram: Tensor, eps: number): Tensor {
  return rsqrt(maximum(sum(abs(gram), 2, true), eps))
}

/** The sum of squares of each matrix: `[batch, 1, 1]`. */
function squares(batch: Tensor): Tensor {
  return sum(square(batch), [1, 2], true)
}

function swapped(batch: Tensor): Tensor {
  return transpose(batch, [0, 2, 1])
}

/** Brings a weight into the form `[batch, rows, columns]` for `f`, and what `f` returns back into the weight's. */
export function asMatrices(
  leaf: Tensor,
  { order, shape }: { readonly order: readonly number[]; readonly shape: readonly [number, number, number] },
  f: (batch: Tensor) => Tensor,
): Tensor {
  const matrices = f(reshape(transpose(leaf, [...order]), [...shape]))
  const back = order.map((_, axis) => order.indexOf(axis))
  return transpose(
    reshape(
      matrices,
      order.map((axis) => leaf.shape[axis] ?? 1),
    ),
    back,
  )
}
