import {
  chain,
  createOptimizer,
  disposeTree,
  featureSite,
  type GradientTransformation,
  GradientTransformationError,
  identity,
  loadState,
  masked,
  namedLeaves,
  type State,
  saveState,
  type Tree,
  treeMap,
  valueAndGrad,
} from '@gg/core'
import { add, mul, relu, type Scalar, square, step, sub, sum, Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { expectNoLeak } from './expect-no-leak.ts'
import { onBackends } from './on-backends.ts'

/** What a suite of laws needs to know of a transformation beyond its constructor. */
export interface LawOptions {
  /** The weights to update; three tensors of ranks 4, 1 and 0 in a nested tree unless given. New at each call. */
  readonly params?: () => Tree
  /** `update` without `params` must throw `MISSING_PARAMS`. */
  readonly needsParams?: boolean
  /** Works on the gradient of a feature map; true unless the transformation is about weights only. */
  readonly site?: boolean
  /** The feature map of the site law; `[2, 4, 4, 2]` unless given. */
  readonly features?: () => Tensor
  /** Steps that bring the loss on a parabola, and on Rosenbrock's valley, below a thousandth of the start; for optimizers. */
  readonly minimizes?: { readonly parabola?: number; readonly rosenbrock?: number }
  /** Arguments that `update` needs by name. */
  readonly extra?: { readonly [name: string]: unknown }
}

/**
 * Asserts, on each backend, what every transformation must keep: structure, shapes and dtypes; borrowed inputs; new
 * outputs; no leak, on error paths too; purity; a state that survives saving; company in `chain`, `masked` and a site.
 */
export function transformationLaws<S extends State>(
  name: string,
  make: () => GradientTransformation<S>,
  options: LawOptions = {},
): void {
  const { params: makeParams = defaultParams, site = true, needsParams = false, extra = {} } = options
  const run = (tx: GradientTransformation, body: (updates: Tree, state: State) => void, steps = 3): void => {
    const params = makeParams()
    let state = tx.init(params)
    for (let step = 0; step < steps; step++) {
      const grads = gradients(params, step)
      const [updates, next] = tx.update(grads, state, params, extra)
      body(updates, next)
      disposeTree([grads, state, updates])
      state = next
    }
    disposeTree([params, state])
  }
  const numbers = (tx: GradientTransformation): readonly unknown[] => {
    const all: unknown[] = []
    run(tx, (updates, state) => all.push(...values(updates), ...values(state)))
    return all
  }
  const updatesOf = (tx: GradientTransformation): readonly unknown[] => {
    const all: unknown[] = []
    run(tx, (updates) => all.push(...values(updates)))
    return all
  }

  onBackends(() => {
    describe(`the laws of ${name}`, () => {
      it('keeps structure, shapes and dtypes', () => {
        const params = makeParams()
        const expected = namedLeaves(params).map(([path, { shape, dtype }]) => ({ path, shape, dtype }))
        run(make(), (updates) => {
          expect(namedLeaves(updates).map(([path, { shape, dtype }]) => ({ path, shape, dtype }))).toEqual(expected)
        })
        disposeTree(params)
      })

      it('borrows its arguments and returns new tensors', () => {
        const tx = make()
        const params = makeParams()
        const grads = gradients(params, 0)
        const state = tx.init(params)
        const before = values([params, grads, state])
        const [updates, next] = tx.update(grads, state, params, extra)
        const given = new Set(tensors([params, grads, state]))
        const returned = tensors([updates, next])
        expect(returned.filter((tensor) => given.has(tensor))).toEqual([])
        expect(new Set(returned).size).toBe(returned.length)
        disposeTree([updates, next])
        expect(values([params, grads, state])).toEqual(before)
        disposeTree([params, grads, state])
      })

      it('leaks nothing', () => {
        expectNoLeak(() => run(make(), () => {}))
      })

      it('leaks nothing and says where when params and updates differ', () => {
        expectNoLeak(() => {
          const tx = make()
          const params = makeParams()
          const state = tx.init(params)
          const grads = gradients(params, 0)
          const other = { somethingElse: grads }
          expect(() => tx.update(grads, state, other, extra)).toThrow(GradientTransformationError)
          disposeTree([params, state, grads])
        })
      })

      it('is pure', () => {
        const tx = make()
        expect(numbers(tx)).toEqual(numbers(tx))
        expect(numbers(make())).toEqual(numbers(tx))
      })

      it('works on a tree without leaves', () => {
        expectNoLeak(() => {
          const tx = make()
          const state = tx.init({})
          const [updates, next] = tx.update({}, state, {}, extra)
          expect(updates).toEqual({})
          disposeTree([state, next])
        })
      })

      it('does through a ReLU what it does behind one, if it does that', () => {
        expectNoLeak(() => {
          const tx = make()
          if (tx.updateThroughRelu === undefined) return
          const params = makeParams()
          const grads = gradients(params, 0)
          const state = tx.init(params)
          const activations = treeMap(relu, params)
          // What has come through: 0 where the features are at 0 or below.
          const through = treeMap((g, y) => tidy(() => mul(g, step(y as Tensor))), grads, activations)
          const [expected, expectedState] = tx.update(through, state, params, extra)
          const [updates, next] = tx.updateThroughRelu(grads, state, activations, extra)
          expect(values(updates).map(Number)).toBeAllClose(values(expected).map(Number))
          expect(values(next)).toEqual(values(expectedState))
          const given = new Set(tensors([params, grads, state, activations]))
          expect(tensors([updates, next]).filter((tensor) => given.has(tensor))).toEqual([])
          const other = { somethingElse: activations }
          expect(() => tx.updateThroughRelu?.(grads, state, other, extra)).toThrow(GradientTransformationError)
          disposeTree([params, grads, state, activations, through, expected, expectedState, updates, next])
        })
      })

      if (needsParams)
        it('asks for params', () => {
          expectNoLeak(() => {
            const tx = make()
            const params = makeParams()
            const state = tx.init(params)
            expect(() => tx.update(params, state, undefined, extra)).toThrow(
              expect.objectContaining({ code: 'MISSING_PARAMS' }),
            )
            disposeTree([params, state])
          })
        })

      it('continues bit for bit from a saved state', async () => {
        const tx = make()
        const params = makeParams()
        const grads = gradients(params, 1)
        const first = tx.init(params)
        const [updates, state] = tx.update(grads, first, params, extra)
        const json = JSON.parse(JSON.stringify((await saveState(state)).values))
        const restored = loadState({ values: json, arrays: (await saveState(state)).arrays }, first)
        const expected = tx.update(grads, state, params, extra)
        const actual = tx.update(grads, restored, params, extra)
        expect(values(actual)).toEqual(values(expected))
        disposeTree([params, grads, first, updates, state, restored, ...expected, ...actual])
      })

      it('is itself within chain and masked', () => {
        const alone = updatesOf(make())
        expect(updatesOf(chain(identity(), make()))).toEqual(alone)
        expect(updatesOf(masked(make(), true))).toEqual(alone)
        expect(updatesOf(masked(make(), false))).toEqual(updatesOf(identity()))
      })

      if (site)
        it('works at a feature site', () => {
          expectNoLeak(() => {
            const tx = make()
            const features = (options.features ?? defaultFeatures)()
            const weights = tidy(() => gradients(features, 5) as Tensor)
            const at = featureSite(tx)
            const { value, grads } = valueAndGrad((x: Tensor) => sum(mul(at(x), weights)) as Scalar)(features)
            const state = tx.init(features)
            const [expected, next] = tx.update(weights, state, features)
            expect(values(grads)).toEqual(values(expected))
            expect(values(at.state ?? null)).toEqual(values(next))
            at.dispose()
            disposeTree([features, weights, value, grads, state, expected, next])
          })
        })

      const { parabola, rosenbrock } = options.minimizes ?? {}
      if (parabola)
        it('finds the bottom of a parabola', () => {
          const start = () => ({ w: tensor([3, -2, 1, 0.5], [2, 2]) })
          minimize(make(), start, ({ w }) => sum(square(sub(w, 1))), parabola ?? 0)
        })

      if (rosenbrock)
        it("goes down Rosenbrock's valley", () => {
          const start = () => ({ x: tensor([-1.2]), y: tensor([1]) })
          const valley = ({ x, y }: { x: Tensor; y: Tensor }) =>
            sum(add(square(sub(1, x)), mul(100, square(sub(y, square(x))))))
          minimize(make(), start, valley, rosenbrock ?? 0)
        })
    })
  })
}

function minimize<P extends Tree>(
  tx: GradientTransformation,
  start: () => P,
  loss: (params: P) => Tensor,
  steps: number,
): void {
  const optimizer = createOptimizer(tx, start())
  const scalarLoss = (params: P) => loss(params) as Scalar
  const read = () => tidy(() => scalarLoss(optimizer.params).dataSync()[0] as number)
  const before = read()
  for (let step = 0; step < steps; step++) tidy(() => void optimizer.minimize(scalarLoss))
  expect(read()).toBeLessThan(before / 1000)
  optimizer.dispose()
}

function defaultParams(): Tree {
  return {
    conv: {
      kernel: tensor(
        Array.from({ length: 24 }, (_, i) => Math.cos(0.9 * i)),
        [2, 2, 2, 3],
      ),
      bias: tensor([0.3, -0.2, 0.1]),
    },
    rest: [tensor(0.7)],
  }
}

function defaultFeatures(): Tensor {
  return tensor(
    Array.from({ length: 64 }, (_, i) => 2 * Math.sin(1.7 * i)),
    [2, 4, 4, 2],
  )
}

function gradients<P extends Tree>(params: P, step: number): P {
  let k = 0
  return treeMap((leaf) => {
    k++
    const data = Float32Array.from(
      { length: leaf.size },
      (_, i) => Math.sin(0.7 * i + 1.3 * step + 0.5 * k) * (1 + step / 4),
    )
    return tensor(data, leaf.shape)
  }, params)
}

function values(state: State): readonly (null | boolean | number | string)[] {
  if (typeof state !== 'object' || state === null) return [state]
  if (state instanceof Tensor) return Array.from(state.dataSync())
  return Object.values(state).flatMap(values)
}

function tensors(state: State): readonly Tensor[] {
  if (typeof state !== 'object' || state === null) return []
  if (state instanceof Tensor) return [state]
  return Object.values(state).flatMap(tensors)
}
