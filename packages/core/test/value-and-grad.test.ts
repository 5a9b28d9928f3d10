import { disposeTree, GradientTransformationError, type Tree, valueAndGrad } from '@gg/core'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  customGrad,
  grad,
  greater,
  matMul,
  mean,
  mul,
  relu,
  type Scalar,
  scalar,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, expectTypeOf, it } from 'vitest'

const codeOf = (body: () => unknown): string => {
  try {
    body()
  } catch (error) {
    return error instanceof GradientTransformationError ? error.code : String(error)
  }
  return 'no error'
}

onBackends(() => {
  describe('valueAndGrad', () => {
    const loss = ({ layers: [w, b] }: { layers: readonly [Tensor, Tensor] }, x: Tensor) =>
      sum(mul(add(matMul(x, w), b), add(matMul(x, w), b))) as Scalar

    it('differentiates trees, as by hand: d/dw Σ(xw + b)² = 2xᵀ(xw + b)', () => {
      expectNoLeak(() => {
        const params = { layers: [tensor2d([[1], [2]]), tensor1d([3])] as const }
        const x = tensor2d([[1, -1]])
        const { value, grads } = valueAndGrad(loss)(params, x)
        expectTypeOf(grads).toExtend<{ readonly layers: readonly [Tensor, Tensor] }>()
        expect(value).toBeAllClose([4])
        expect([grads.layers[0], grads.layers[1]]).toBeAllClose([4, -4, 4])
        disposeTree([params, x, value, grads])
      })
    })

    it('lets aux out: new tensors and plain values, in the caller’s scope', () => {
      expectNoLeak(() => {
        const x = tensor1d([2, 3])
        const run = valueAndGrad(
          (x: Tensor) => [sum(x) as Scalar, { twice: mul(x, 2), x, n: 7, none: null }] as const,
          {
            hasAux: true,
          },
        )
        const { aux, value, grads } = run(x)
        expect(aux.twice).toBeAllClose([4, 6])
        expect(aux.x).not.toBe(x)
        expect([aux.n, aux.none]).toEqual([7, null])
        disposeTree([aux, value, grads])
        // In a scope all of it goes with the scope.
        tidy(() => void run(x))
        expect(x.isDisposed).toBe(false)
        x.dispose()
      })
    })

    it('gives zeros for a parameter that is not used', () => {
      const { grads } = valueAndGrad(({ used }: { used: Tensor; unused: Tensor }) => sum(used) as Scalar)({
        used: tensor1d([1, 2]),
        unused: tensor1d([3]),
      })
      expect([grads.used, grads.unused]).toBeAllClose([1, 1, 0])
    })

    it('nests: the gradient of a gradient', () => {
      expectNoLeak(() => {
        const x = scalar(3)
        const cube = (x: Tensor) => mul(x, mul(x, x)) as Scalar
        const second = valueAndGrad((x: Tensor) => tidy(() => grad(cube)(x)) as Scalar)(x)
        expect([second.value, second.grads]).toBeAllClose([27, 18])
        disposeTree([x, second])
      })
    })

    it('leaks nothing when the loss throws after saving tensors', () => {
      expectNoLeak(() => {
        const x = tensor1d([1, 2])
        const failing = (x: Tensor): Scalar => {
          mul(relu(mul(x, 3)), 2)
          throw new Error('on purpose')
        }
        expect(() => valueAndGrad(failing)(x)).toThrow('on purpose')
        x.dispose()
      })
    })

    it('leaks nothing when the backward pass throws, and differentiates again afterwards', () => {
      expectNoLeak(() => {
        const x = tensor1d([1, 2])
        const failing = customGrad((x) => ({
          value: mul(x as Tensor, 2),
          gradFunc: () => {
            throw new Error('on the way back')
          },
        }))
        expect(() => valueAndGrad((x: Tensor) => sum(mul(failing(mul(x, x)), 2)) as Scalar)(x)).toThrow(
          'on the way back',
        )
        const { value, grads } = valueAndGrad((x: Tensor) => sum(mul(x, x)) as Scalar)(x)
        expect(grads).toBeAllClose([2, 4])
        disposeTree([x, value, grads])
      })
    })

    it('leaks nothing when an inner gradient throws and the outer one goes on', () => {
      expectNoLeak(() => {
        const x = tensor1d([1, 2])
        const throwing = () => {
          throw new Error('inner')
        }
        const outer = valueAndGrad((x: Tensor) => {
          const y = mul(x, x)
          expect(() => valueAndGrad(throwing as () => Scalar)(x)).toThrow('inner')
          return sum(y) as Scalar
        })(x)
        expect(outer.grads).toBeAllClose([2, 4])
        disposeTree([x, outer])
      })
    })

    it.each<[string, () => unknown, string, RegExp]>([
      [
        'an integer parameter',
        () => valueAndGrad((p: Tree) => mean(p as Tensor) as Scalar)({ a: { n: tensor1d([1], 'int32') } }),
        'INVALID_ARGUMENT',
        /must be float32, got int32 at 'a\/n'/,
      ],
      [
        'a loss that is no scalar',
        () => valueAndGrad((x: Tensor) => mul(x, 2) as Scalar)(tensor1d([1, 2])),
        'INVALID_ARGUMENT',
        /float32 scalar, got float32 \[2\]/,
      ],
      [
        'a loss that depends on nothing',
        () => valueAndGrad((_: Tensor) => scalar(1))(tensor1d([1, 2])),
        'NO_GRADIENT',
        /depends on none of them/,
      ],
      [
        'an operation without a gradient',
        () => valueAndGrad((x: Tensor) => mean(mul(greater(x, 0), x)) as Scalar)(tensor1d([1, 2])),
        'NO_GRADIENT',
        /not found for Greater.*register-gradients/,
      ],
    ])('says what is wrong with %s', (_, body, code, message) => {
      expectNoLeak(() => tidy(() => void expect(codeOf(body)).toBe(code)))
      expect(() => tidy(() => void body())).toThrow(message)
    })

    it('says where one tensor stands twice', () => {
      const w = scalar(2)
      const run = valueAndGrad((p: { a: Tensor; b: Tensor }) => mul(p.a, p.b) as Scalar)
      expect(() => run({ a: w, b: w })).toThrow(/one tensor at 'a' and 'b'/)
    })
  })
})
