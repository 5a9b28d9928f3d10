import { applyUpdates, disposeTree, namedLeaves, type State, type Tree, valueAndGrad } from '@gg/core'
import { cifarResnet, lenet, mlp, resnet18, vgg } from '@gg/models'
import { startWebgpu } from '@gg/native'
import * as optim from '@gg/optim'
import { ON_WEBGPU, readVectors, type Tolerance } from '@gg/testing'
import '@gg/wasm-kernels/register'
import {
  cast,
  dispose,
  env,
  memory,
  mul,
  oneHot,
  ready,
  type Scalar,
  scalar,
  setBackend,
  softmax,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knownGradients, numbers } from '../../../packages/gradcheck/scripts/known-functions.mjs'
import { type GoldenLeaf, goldenGrads, goldenParams } from '../../../packages/optim/test/golden-tree.ts'
import { trajectoryTable } from '../../../packages/optim/test/trajectory-table.ts'

type Numbers = readonly (readonly number[])[]

/** What is missing in tfjs 4.22 on every backend. */
const FAULTS: { readonly [name: string]: RegExp } = { stridedSlice: /gradient function not found for StridedSlice/ }

/** Where 1e-5 is not kept on WebGPU. */
const TOLERANCES: { readonly [name: string]: Tolerance } = {
  // Five rounds of Newton and Schulz multiply what a shader's sums round.
  'contrib.muon(0.1)': { rtol: 1e-4 },
}

async function read(tree: Tree): Promise<Numbers> {
  const all = await Promise.all(namedLeaves(tree).map(async ([, leaf]) => Array.from(await leaf.data())))
  disposeTree(tree)
  return all
}

async function on(backend: string): Promise<void> {
  await setBackend(backend)
  await ready()
}

/** The same on WASM, whose gradients differences have shown to be right, and on WebGPU. */
async function both(body: () => Promise<Numbers>): Promise<{ readonly wasm: Numbers; readonly webgpu: Numbers }> {
  await on('wasm')
  const wasm = await body()
  await on('webgpu')
  return { wasm, webgpu: await body() }
}

function weighted(y: Tensor): Scalar {
  const weights = Float32Array.from({ length: y.size }, (_, i) => Math.cos(i))
  return sum(mul(y, tensor(weights, y.shape))) as Scalar
}

const LOGITS = () => numbers([6, 4], 3, 3)
const LOSSES: { readonly [name: string]: (x: Tensor, labels: Tensor) => Tensor } = {
  softmaxCrossEntropy: (x, labels) => optim.softmaxCrossEntropy(x, labels),
  'integer labels': (x) => optim.softmaxCrossEntropyWithIntegerLabels(x, tensor1d([0, 1, 2, 3, 0, 1], 'int32')),
  'smoothed labels': (x, labels) => optim.softmaxCrossEntropy(x, optim.smoothLabels(labels, 0.1)),
  polyLossCrossEntropy: (x, labels) => optim.polyLossCrossEntropy(x, labels),
  sigmoidBinaryCrossEntropy: (x, labels) => optim.sigmoidBinaryCrossEntropy(x, labels),
  sigmoidFocalLoss: (x, labels) => optim.sigmoidFocalLoss(x, labels, { alpha: 0.25 }),
  huberLoss: (x, labels) => optim.huberLoss(x, labels),
  l2Loss: (x, labels) => optim.l2Loss(x, labels),
  squaredError: (x, labels) => optim.squaredError(x, labels),
  logCosh: (x, labels) => optim.logCosh(x, labels),
  cosineSimilarity: (x, labels) => optim.cosineSimilarity(x, labels),
  klDivergence: (x) => optim.klDivergence(x, softmax(numbers([6, 4], 4))),
}

type Net = {
  readonly inputShape: readonly [number, number, number]
  readonly init: (seed: number) => Tree
  readonly apply?: (params: never, x: Tensor4D, options: { readonly training: true }) => Tensor
  readonly initStats?: () => unknown
  readonly applyWithStats?: (
    params: never,
    stats: never,
    x: Tensor4D,
    options: { readonly training: true },
  ) => { readonly logits: Tensor }
}

/** With batch norm the running statistics come out besides; the tidy around takes them. */
function logitsOf({ apply, initStats, applyWithStats }: Net, params: Tree, x: Tensor4D): Tensor2D {
  const logits = applyWithStats
    ? applyWithStats(params as never, initStats?.() as never, x, { training: true }).logits
    : apply?.(params as never, x, { training: true })
  return logits as Tensor2D
}

const NETS: { readonly [name: string]: () => Net } = {
  mlp: () => mlp({ inputShape: [8, 8, 3], hidden: [16], classes: 10 }),
  lenet: () => lenet(),
  'ResNet-8': () => cifarResnet({ depth: 8 }),
  'VGG-11': () => vgg({ depth: 11, width: 4, dropout: 0 }),
  'ResNet-18': () => resnet18({ form: 'cifar' }),
}

describe.skipIf(!ON_WEBGPU)('on WebGPU (GG_TEST_BACKENDS names it)', () => {
  let missing: string | undefined
  // In its test mode tfjs takes whatever a custom gradient saves for a leak.
  beforeAll(() => {
    dispose(scalar(0)) // in test mode the first tensor is made without a greeting
    env().set('IS_TEST', false)
  })
  afterAll(() => env().set('IS_TEST', true))
  beforeAll(async () => {
    await startWebgpu().catch((error: Error) => {
      missing = error.message
    })
  }, 120_000)
  const test = <T>(names: readonly (readonly [string, T])[], body: (name: string, what: T) => Promise<void>): void => {
    it.for(names)('%s', { timeout: 300_000 }, async ([name, what], { skip }) => {
      skip(missing !== undefined, `WebGPU is not there: ${missing}`)
      await body(name, what)
    })
  }

  describe('a gradient of tfjs is that of WASM:', () => {
    test(
      knownGradients.map((known) => [known.name, known] as const),
      async (name, { inputs, f }) => {
        const compare = async () => {
          const { wasm, webgpu } = await both(async () => {
            const at = inputs()
            const { value, grads } = valueAndGrad((at: ReturnType<typeof inputs>) => weighted(f(at)))(at)
            const found = await read([value, grads])
            disposeTree(at)
            return found
          })
          for (const [i, expected] of wasm.entries()) expect(webgpu[i]).toBeAllClose(expected, TOLERANCES[name])
        }
        const fault = FAULTS[name]
        if (fault === undefined) await compare()
        else await expect(compare()).rejects.toThrow(fault)
      },
    )
  })

  describe('a loss is that of WASM:', () => {
    test(Object.entries(LOSSES), async (name, loss) => {
      const { wasm, webgpu } = await both(async () => {
        const x = LOGITS()
        const labels = cast(oneHot(tensor1d([0, 1, 2, 3, 0, 1], 'int32'), 4), 'float32')
        const { value, grads } = valueAndGrad((x: Tensor) => tidy(() => weighted(loss(x, labels))))(x)
        disposeTree([x, labels])
        return await read([value, grads])
      })
      for (const [i, expected] of wasm.entries()) expect(webgpu[i]).toBeAllClose(expected, TOLERANCES[name])
    })
  })

  describe("an optimizer goes optax's way:", () => {
    const { trees, trajectories } = readVectors<{
      readonly trees: { readonly [name: string]: readonly GoldenLeaf[] }
      readonly trajectories: {
        readonly [name: string]: {
          readonly tree: string
          readonly grads: 'finite' | 'nan'
          readonly value: boolean
          readonly at: readonly number[]
          readonly params: readonly { readonly [path: string]: readonly (number | string)[] }[]
        }
      }
    }>('optax')
    test(Object.entries(trajectoryTable), async (name, { tx: make, tolerance }) => {
      await on('webgpu')
      const { tree, grads: kind, value, at, params: golden } = trajectories[name]!
      const leaves = trees[tree]!
      const tx = make()
      let params = goldenParams(leaves)
      let state: State = tx.init(params)
      for (let t = 0; t < at.at(-1)!; t++) {
        const [grads, loss] = [goldenGrads(leaves, t, kind), scalar(Math.max(3 - t, 1))]
        const [updates, next] = tx.update(grads, state, params, value ? { value: loss } : {})
        const moved = applyUpdates(params, updates)
        disposeTree([grads, loss, updates, state, params])
        ;[params, state] = [moved, next]
        const expected = golden[at.indexOf(t + 1)]
        if (expected === undefined) continue
        for (const [path, leaf] of namedLeaves(params))
          expect(Array.from(await leaf.data()), `step ${t + 1}`).toBeAllClose(
            expected[path]!.map(Number),
            TOLERANCES[name] ?? tolerance,
          )
      }
      disposeTree([params, state])
    })
  })

  describe('a network has the loss and the gradients that it has on WASM:', () => {
    test(Object.entries(NETS), async (name, build) => {
      const model = build()
      const { wasm, webgpu } = await both(async () => {
        const [params, x] = [model.init(0), numbers([4, ...model.inputShape], 5) as Tensor4D]
        const { value, grads } = valueAndGrad((params: Tree) =>
          tidy(() => {
            const logits = logitsOf(model, params, x)
            return sum(optim.softmaxCrossEntropyWithIntegerLabels(logits, tensor1d([0, 3, 6, 9], 'int32'))) as Scalar
          }),
        )(params)
        disposeTree([params, x])
        return await read([value, grads])
      })
      for (const [i, expected] of wasm.entries()) {
        // Through up to 18 layers; of batches of four, whose variances are small.
        const largest = expected.reduce((largest, number) => Math.max(largest, Math.abs(number)), 0)
        expect(webgpu[i]).toBeAllClose(expected, { rtol: 1e-3, atol: 1e-4 * largest + 1e-6, ...TOLERANCES[name] })
      }
    })
  })

  it('a LeNet keeps no tensor over 100 steps', { timeout: 300_000 }, async ({ skip }) => {
    skip(missing !== undefined, `WebGPU is not there: ${missing}`)
    await on('webgpu')
    const model = lenet()
    const { createOptimizer } = await import('@gg/core')
    const optimizer = createOptimizer(optim.adam(1e-3), model.init(0))
    const x = numbers([4, ...model.inputShape], 5) as Tensor4D
    const step = async (): Promise<number> => {
      const loss = optimizer.minimize((params) => {
        const logits = model.apply(params, x, { training: true })
        return sum(optim.softmaxCrossEntropyWithIntegerLabels(logits, tensor1d([0, 3, 6, 9], 'int32'))) as Scalar
      })
      const [value] = await loss.data()
      loss.dispose()
      return value as number
    }
    const held = () => {
      const { numTensors, numDataBuffers, numBytesInGPU } = memory() as ReturnType<typeof memory> & {
        readonly numBytesInGPU: number
      }
      return { numTensors, numDataBuffers, numBytesInGPU }
    }
    let [first, last] = [await step(), await step()]
    const before = held()
    for (let i = 0; i < 100; i++) last = await step()
    expect(held()).toEqual(before)
    expect(last).toBeLessThan(first / 10)
  })
})
