import {
  applyUpdates,
  chain,
  createOptimizer,
  disposeTree,
  type GradientTransformation,
  masked,
  namedLeaves,
  partition,
  type State,
  type Tree,
  toTfOptimizer,
  treeMap,
} from '@gg/core'
import {
  adam,
  adamw,
  ademamix,
  adopt,
  applyIfFinite,
  flatten,
  lion,
  lookahead,
  multiSteps,
  muon,
  prodigy,
  reduceOnPlateau,
  rmsprop,
  sam,
  scaleByMuon,
  scheduleFreeAdamw,
  scheduleFreeEvalParams,
  scheduleFreeSgd,
  sgd,
  skipLargeUpdates,
  skipNotFinite,
} from '@gg/optim'
import { expectNoLeak, onBackends } from '@gg/testing'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { describe, expect, it } from 'vitest'
import { type GoldenLeaf, goldenGrads, goldenParams } from './golden-tree.ts'

const leaves: readonly GoldenLeaf[] = [
  { path: 'conv/kernel', shape: [2, 2, 2, 3] },
  { path: 'conv/bias', shape: [3] },
  { path: 'dense/kernel', shape: [4, 3] },
]

/** Parameters after each of the steps, all leaves in one list of numbers. */
function run(tx: GradientTransformation, steps = 6, gradsAt = (t: number) => goldenGrads(leaves, t)): number[][] {
  const optimizer = createOptimizer(tx, goldenParams(leaves))
  const points: number[][] = []
  for (let t = 0; t < steps; t++) {
    const grads = gradsAt(t)
    optimizer.step(grads)
    disposeTree(grads)
    points.push(numbers(optimizer.params))
  }
  optimizer.dispose()
  return points
}

function numbers(tree: Tree): number[] {
  return namedLeaves(tree).flatMap(([, leaf]) => Array.from(leaf.dataSync()))
}

const optimizers: { readonly [name: string]: () => GradientTransformation } = {
  adamw: () => adamw(0.1),
  lion: () => lion(0.01),
  rmsprop: () => rmsprop(0.1, { momentum: 0.9 }),
  ademamix: () => ademamix(0.1, { weightDecay: 0.01 }),
  adopt: () => adopt(0.1),
  prodigy: () => prodigy(1, { estimLr0: 0.01 }),
  scheduleFreeSgd: () => scheduleFreeSgd(0.1, { warmupSteps: 3 }),
  scheduleFreeAdamw: () => scheduleFreeAdamw(0.1),
  lookahead: () => lookahead(adam(0.1), { syncPeriod: 2, slowStepSize: 0.5 }),
}

onBackends((backend) => {
  describe.each(Object.entries(optimizers))('%s', (_, make) => {
    it('is the same within flatten', () => {
      const flat = run(flatten(make()))
      for (const [t, point] of run(make()).entries()) expect(flat[t]).toBeAllClose(point, { rtol: 1e-6 })
    })

    it('makes one step of the mean gradient within multiSteps', () => {
      const halves = (t: number) => {
        const grads = goldenGrads(leaves, Math.floor(t / 2))
        return tf.tidy(() => treeMap((g) => tf.mul(g, t % 2 === 0 ? 1.5 : 0.5), grads) as tf.NamedTensorMap)
      }
      const many = tf.tidy(() => run(multiSteps(make(), 2), 8, halves))
      const alone = run(make(), 4)
      for (const [t, point] of alone.entries()) {
        expect(many[2 * t + 1]).toBeAllClose(point, { atol: 1e-5 })
        // In between the parameters rest.
        expect(many[2 * t]).toEqual(many[2 * t - 1] ?? numbersAndDispose(goldenParams(leaves)))
      }
    })

    it('does in a partition what it does alone, leaf by leaf', () => {
      const tx = partition<{ mine: State; other: State }>({ mine: make(), other: sgd(0.1) }, (path) =>
        path.startsWith('conv') ? 'mine' : 'other',
      )
      const kernels = masked(make(), (path) => path.startsWith('conv'))
      const n = 24 + 3
      const together = run(tx)
      expect(together.map((point) => point.slice(0, n))).toEqual(run(kernels).map((point) => point.slice(0, n)))
      expect(together.map((point) => point.slice(n))).toEqual(run(sgd(0.1)).map((point) => point.slice(n)))
    })

    it('goes on bit for bit from a file', async () => {
      const straight = run(make(), 6)
      const first = createOptimizer(make(), goldenParams(leaves))
      const second = createOptimizer(make(), goldenParams(leaves))
      for (let t = 0; t < 6; t++) {
        const optimizer = t < 3 ? first : second
        if (t === 3) second.restore(await first.save())
        const grads = goldenGrads(leaves, t)
        optimizer.step(grads)
        disposeTree(grads)
        expect(numbers(optimizer.params)).toEqual(straight[t])
      }
      first.dispose()
      second.dispose()
    })
  })

  it('flatten keeps its state in one vector', () => {
    const params = goldenParams(leaves)
    const [{ mu }] = flatten(adam(0.1)).init(params)
    expect(namedLeaves(mu).map(([path, leaf]) => [path, leaf.shape])).toEqual([['', [39]]])
    disposeTree([params, mu])
  })

  it('multiSteps leaves mini-steps out and takes the mean of the others', () => {
    expectNoLeak(() => {
      const tx = multiSteps(sgd(1), 3, { shouldSkipUpdate: skipNotFinite })
      let state = tf.tidy(() => tx.init(tf.scalar(0)) as never) as ReturnType<typeof tx.init>
      const seen: number[] = []
      for (const g of [1, Number.NaN, 3, Number.NaN, Number.NaN, 1 / 0, 5, 6, 7]) {
        const [updates, next] = tf.tidy(() => tx.update(tf.scalar(g), state) as never) as readonly [
          tf.Tensor,
          typeof state,
        ]
        seen.push(updates.dataSync()[0]!)
        disposeTree([updates, state])
        state = next
      }
      expect(seen).toEqual([0, 0, -2, 0, 0, -0, 0, 0, -6].map((x) => expect.closeTo(x, 6)))
      disposeTree(state)
    })
  })

  it('skipLargeUpdates counts a NaN as large', () => {
    const decide = skipLargeUpdates(4)
    const found = [1, 3, Number.NaN].map((x) => tf.tidy(() => decide(tf.tensor1d([x, 1])).shouldSkip.dataSync()[0]))
    expect(found).toEqual([0, 1, 1])
  })

  it('applyIfFinite counts what it leaves out and keeps moments clean', () => {
    expectNoLeak(() => {
      const tx = applyIfFinite(adam(0.1), 5)
      const params = tf.tensor1d([1, 2])
      let state = tx.init(params)
      for (const g of [1, Number.NaN, 1 / 0, 2]) {
        const grads = tf.tensor1d([g, 1])
        const [updates, next] = tx.update(grads, state, params)
        expect(Array.from(updates.dataSync()).every(Number.isFinite)).toBe(true)
        disposeTree([grads, updates, state])
        state = next
      }
      const [{ mu, nu }] = state.inner
      expect(numbers([mu, nu]).every(Number.isFinite)).toBe(true)
      expect(numbers([state.notfiniteCount, state.totalNotfinite])).toEqual([0, 2])
      disposeTree([state, params])
    })
  })

  it('sam in opaque mode makes in one call what it makes in two', () => {
    const gradFn = (params: Tree) => treeMap((p) => tf.mul(p, p), params)
    const make = (opaqueMode: boolean) => sam(sgd(0.1, { momentum: 0.9 }), sgd(0.05), { opaqueMode })
    const open = createOptimizer(make(false), goldenParams(leaves))
    const opaque = createOptimizer(make(true), goldenParams(leaves))
    for (let t = 0; t < 3; t++) {
      tf.tidy(() => open.step(gradFn(open.params)))
      tf.tidy(() => open.step(gradFn(open.params)))
      tf.tidy(() => opaque.step(gradFn(opaque.params), { gradFn }))
      expect(numbers(opaque.params)).toBeAllClose(numbers(open.params))
    }
    open.dispose()
    opaque.dispose()
  })

  it('scheduleFreeEvalParams is the average of where the base optimizer has been', () => {
    const tx = scheduleFreeSgd(0.1)
    const params = goldenParams(leaves)
    let state = tx.init(params)
    let y = params
    const visited: number[][] = []
    for (let t = 0; t < 4; t++) {
      const grads = goldenGrads(leaves, t)
      const [updates, next] = tx.update(grads, state, y)
      const after = applyUpdates(y, updates)
      disposeTree([grads, updates, state, y])
      y = after
      state = next
      visited.push(numbers(state.z))
    }
    const x = scheduleFreeEvalParams(state, y)
    expect(numbers(x)).toBeAllClose(visited[0]!.map((_, i) => visited.reduce((sum, z) => sum + z[i]! / 4, 0)))
    disposeTree([x, y, state])
  })

  it('scaleByMuon makes matrices orthogonal, tall ones and wide ones', () => {
    tf.tidy(() => {
      for (const shape of [
        [6, 3],
        [3, 6],
        [4, 4],
      ] as const) {
        const g = tf.tensor(
          Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(i * i)),
          [...shape],
        )
        const [u] = scaleByMuon().update(g, scaleByMuon().init(g))
        const gram = shape[0] > shape[1] ? tf.matMul(u, u, true) : tf.matMul(u, u, false, true)
        const off = tf.sub(gram, tf.eye(Math.min(...shape)))
        expect(tf.max(tf.abs(off)).dataSync()[0]).toBeLessThan(0.6)
      }
    })
  })

  it('an optimizer of ours trains a tf.layers model', async () => {
    const kernelInitializer = (seed: number) => initializers.glorotUniform({ seed })
    const model = sequential({
      layers: [
        layers.dense({ units: 8, inputShape: [2], activation: 'tanh', kernelInitializer: kernelInitializer(1) }),
        layers.dense({ units: 1, kernelInitializer: kernelInitializer(2) }),
      ],
    })
    const optimizer = toTfOptimizer(chain(adamw(0.05)))
    model.compile({ optimizer, loss: 'meanSquaredError' })
    const x = tf.tensor2d(Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(2 * i)]))
    const y = tf.tidy(() => tf.sum(tf.square(x), 1, true))
    const { history } = await model.fit(x, y, { epochs: 30, batchSize: 16, shuffle: false, verbose: 0 })
    const losses = history['loss'] as readonly number[]
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 10)
    model.dispose()
    optimizer.dispose()
    disposeTree([x, y])
    expect(backend).toBeDefined()
  })
})

describe('errors', () => {
  const invalid = (message: string) =>
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) })

  it('name what is asked for by name', () => {
    const one = tf.scalar(1)
    const plateau = reduceOnPlateau()
    expect(() => plateau.update(one, plateau.init(one))).toThrow(
      invalid('reduceOnPlateau: `extra.value` must be a number'),
    )
    const opaque = sam(sgd(1), sgd(1), { opaqueMode: true })
    expect(() => opaque.update(one, opaque.init(one), one)).toThrow(invalid('sam: `extra.gradFn` must be a function'))
    const matrices = scaleByMuon()
    expect(() => matrices.update(one, matrices.init(one))).toThrow(invalid('scaleByMuon: `updates` must be matrices'))
    one.dispose()
  })

  it('come when a transformation is built', () => {
    expect(() => multiSteps(sgd(1), 0)).toThrow(
      invalid('multiSteps: `everyK` must be a whole number of at least 1, got 0'),
    )
    expect(() => lookahead(sgd(1), { syncPeriod: 0, slowStepSize: 1 })).toThrow(invalid('lookahead: `syncPeriod`'))
    expect(() => lookahead(sgd(1), { syncPeriod: 1, slowStepSize: 0 })).toThrow(invalid('lookahead: `slowStepSize`'))
    expect(() => sam(sgd(1), sgd(1), { syncPeriod: 1 })).toThrow(invalid('sam: `syncPeriod` must be'))
    expect(() => prodigy(1, { estimLr0: 0 })).toThrow(invalid('prodigy: `estimLr0` must be above 0, got 0'))
    expect(() => ademamix(0.1, { b3: 1 })).toThrow(invalid('ademamix: `b3` must be in [0, 1), got 1'))
    expect(() => adopt(0.1, { eps: 0 })).toThrow(invalid('adopt: `eps` must be above 0, got 0'))
    expect(() => muon(0.1, { nsSteps: 0 })).toThrow(
      invalid('muon: `nsSteps` must be a whole number of at least 1, got 0'),
    )
    expect(() => muon(0.1, { nsCoeffs: 'dion', nsSteps: 6 })).toThrow(invalid('muon: `nsSteps` must be at most 5'))
    expect(() => reduceOnPlateau({ rtol: 0 })).toThrow(invalid('reduceOnPlateau: `rtol` must be above 0'))
    expect(() => applyIfFinite(sgd(1), -1)).toThrow(invalid('applyIfFinite: `maxConsecutiveErrors`'))
    expect(() => scheduleFreeSgd(0.1, { b1: 0 })).toThrow(invalid('scheduleFreeSgd: `b1` must be in (0, 1], got 0'))
    expect(() => scheduleFreeAdamw(0.1, { warmupSteps: 0 })).toThrow(invalid('scheduleFreeAdamw: `warmupSteps`'))
    expect(() => skipLargeUpdates(0)).toThrow(invalid('skipLargeUpdates: `maxSquaredNorm` must be above 0, got 0'))
  })
})

function numbersAndDispose(tree: Tree): number[] {
  const all = numbers(tree)
  disposeTree(tree)
  return all
}
