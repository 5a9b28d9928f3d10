import { disposeTree, namedLeaves, type Tree, treeMap, valueAndGrad } from '@gg/core'
import {
  cifarResnet,
  countParams,
  type ImageShape,
  lenet,
  type ModelWithStats,
  mlp,
  resnet18,
  resnet50,
  vgg,
} from '@gg/models'
import { expectNoLeak, onBackends, readVectors } from '@gg/testing'
import { mul, type Rank, sub, type Tensor, type Tensor4D, tidy, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { crossEntropy } from './cross-entropy.ts'
import { formulaParams, PERIOD, table } from './formula-params.ts'
import { numbersOf } from './numbers-of.ts'

type Numbers = readonly number[]
/** The norm of a tensor and its products with the probes of seeds 1, 2 and 3. */
type Probe = readonly [norm: number, ...products: Numbers]
interface Step {
  readonly loss: number
  readonly logits: Numbers
  readonly dx: Probe
  readonly grads: { readonly [path: string]: Probe }
}
interface Case {
  readonly model: 'mlp' | 'lenet' | 'vgg' | 'cifarResnet' | 'resnet18' | 'resnet50'
  readonly inputShape: ImageShape
  readonly batch: number
  readonly batchNorm: boolean
  readonly normalization: { readonly momentum: number; readonly eps: number }
  readonly gain: number
  readonly damped: string
  readonly rate: number
  readonly options: object & { readonly classes: number }
  readonly count: number
  readonly error: { readonly [part in 'train' | 'losses' | 'stats' | 'eval']: number }
  readonly train: Step
  readonly losses: Numbers
  readonly stats: { readonly [path: string]: Probe }
  readonly eval: Step
}

const { cases } = readVectors<{ readonly cases: readonly Case[] }>('models-deep')

const models = { mlp, lenet, vgg, cifarResnet, resnet18, resnet50 } as unknown as {
  readonly [name: string]: (options: object) => ModelWithStats
}

// Not He's: drawing 25 million numbers, to be replaced, takes longer than all the rest.
const initializer = (shape: readonly number[]) => zeros([...shape])

const probes = [1, 2, 3].map((seed) => table(seed))

/** How far a tensor is from its probe, relative to its norm, or to `floor` where that is larger. */
function probeError(actual: Tensor, [norm, ...products]: Probe, floor = 0): number {
  const data = actual.dataSync()
  const [first, second, third] = probes as [Float64Array, Float64Array, Float64Array]
  // In float64, and without an array in the loop: it runs over 25 million numbers.
  let [square, a, b, c] = [0, 0, 0, 0]
  for (let i = 0, j = 0; i < data.length; i++, j = j + 1 === PERIOD ? 0 : j + 1) {
    const value = data[i]!
    square += value * value
    a += value * first[j]!
    b += value * second[j]!
    c += value * third[j]!
  }
  const errors = [Math.sqrt(square) - norm, ...[a, b, c].map((product, k) => product - products[k]!)]
  return Math.max(...errors.map(Math.abs)) / Math.max(norm, floor)
}

const titled = cases.map((c, i) => {
  const norm = c.batchNorm ? 'batch norm' : 'no norm'
  return [`${i} ${c.model} ${JSON.stringify(c.options)} [${c.inputShape}], ${norm}`, c] as const
})

onBackends((backend) => {
  describe('three steps as in PyTorch:', () => {
    // A full-width network takes the cpu backend minutes.
    const chosen = titled.filter(([, { count }]) => backend === 'wasm' || count < 20_000)

    it.each(chosen)('%s', (_, c) => {
      // PyTorch's own float32 is as far from its float64 as `error` says; where a number lies within rounding of a
      // kink of ReLU or max pooling, that is more than the rounding, and elsewhere in another program.
      const tolerance = (part: keyof typeof c.error) => Math.max(1e-5, 4 * c.error[part])
      expectNoLeak(() => {
        const { inputShape, batch, batchNorm, normalization, rate } = c
        const model = models[c.model]!({ ...c.options, inputShape, batchNorm, normalization, initializer })
        expect(countParams(model)).toBe(c.count)
        const labels = Array.from({ length: batch }, (_, i) => (7 * i + 3) % c.options.classes)
        let params = formulaParams(model, c)
        let stats = model.initStats()
        const step = (seed: number, training: boolean) => {
          const x = numbersOf<Rank.R4>([batch, ...inputShape], seed)
          const loss = (p: { readonly params: Tree; readonly x: Tensor4D }) => {
            const result = model.applyWithStats(p.params, stats, p.x, { training, dropoutSeed: seed })
            return [crossEntropy(result.logits, labels), result] as const
          }
          const result = valueAndGrad(loss, { hasAux: true })({ params, x })
          x.dispose()
          return result
        }
        const compare = ({ value, grads, aux }: ReturnType<typeof step>, expected: Step, rtol: number) => {
          expect(value).toBeAllClose([expected.loss], { rtol })
          const atol = rtol * Math.max(...expected.logits.map(Math.abs))
          expect(aux.logits).toBeAllClose(expected.logits, { rtol, atol })
          // Of a gradient that all but cancels only the rounding of what went in is known.
          const floor = 1e-3 * Math.hypot(...Object.values(expected.grads).map(([norm]) => norm))
          const errors = Object.entries(expected.grads).map(([path, probe]) => {
            const grad = new Map(namedLeaves(grads.params)).get(path)
            return [path, grad === undefined ? 'missing' : probeError(grad, probe, floor)] as const
          })
          errors.push(['x', probeError(grads.x, expected.dx, floor)])
          expect(errors.filter(([, error]) => !(Number(error) <= rtol))).toEqual([])
        }
        for (const [k, loss] of c.losses.entries()) {
          const result = step(k, true)
          expect(result.value).toBeAllClose([loss], { rtol: tolerance('losses') })
          if (k === 0) compare(result, c.train, tolerance('train'))
          const next = treeMap((p, g) => tidy(() => sub(p, mul(g, rate))), params, result.grads.params)
          disposeTree([params, stats, result.value, result.grads, result.aux.logits])
          params = next
          stats = result.aux.stats
        }
        const found = namedLeaves(stats)
        expect(found.map(([path]) => path).sort()).toEqual(Object.keys(c.stats).sort())
        const statErrors = found.map(([path, stat]) => [path, probeError(stat, c.stats[path]!)] as const)
        expect(statErrors.filter(([, error]) => !(error <= tolerance('stats')))).toEqual([])

        const evaluated = step(0, false)
        compare(evaluated, c.eval, tolerance('eval'))
        expect(namedLeaves(evaluated.aux.stats).map(([, stat]) => stat.dataSync())).toEqual(
          found.map(([, stat]) => stat.dataSync()),
        )
        disposeTree([params, stats, evaluated])
      })
    })
  })
})
