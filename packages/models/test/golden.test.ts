import { disposeTree, namedLeaves, type Tree, valueAndGrad } from '@gg/core'
import { gate } from '@gg/gating'
import { type Activation, createSites, type ImageShape, lenet, type Model, mlp } from '@gg/models'
import { expectNoLeak, onBackends, readVectors } from '@gg/testing'
import { type Rank, reshape, sum, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { crossEntropy } from './cross-entropy.ts'
import { numbersOf } from './numbers-of.ts'

type Numbers = readonly number[]
type Digest = { readonly all: Numbers } | { readonly columns: Numbers; readonly rows: Numbers; readonly some: Numbers }
interface Case {
  readonly model: 'mlp' | 'lenet'
  readonly inputShape: ImageShape
  readonly batch: number
  readonly activation: Activation
  readonly options: { readonly hidden: Numbers; readonly classes: number }
  readonly gated: readonly string[]
  readonly logits: Numbers
  readonly loss: number
  readonly dx: Digest
  readonly grads: { readonly [path: string]: Digest }
}

const { cases } = readVectors<{ readonly cases: readonly Case[] }>('models')

/** Weights by the formula of vectors/models.py, in the structure and shapes that `init` makes. */
function formulaWeights<P extends Tree>(model: Model<P>): P {
  const made = model.init(0)
  const layers = Object.entries(made).map(([name, layer], k) => {
    const [height = 1, width = 1] = layer.kernel.shape.length === 4 ? layer.kernel.shape : []
    const fanIn = height * width * layer.kernel.shape.at(-2)
    const scale = 2 ** Math.round(Math.log2(Math.sqrt(6 / fanIn)))
    const kernel = numbersOf(layer.kernel.shape, 10 * k + 1, scale)
    return [name, { kernel, bias: numbersOf(layer.bias.shape, 10 * k + 2, 0.25) }] as const
  })
  disposeTree(made)
  return Object.fromEntries(layers) as Tree as P
}

function expectDigest(actual: Tensor, expected: Digest, path: string): void {
  // Relative to the largest number: sums of thousands of float32 products cancel, and where they do, what is left is
  // known only to some 2⁻²⁴ of what went in.
  const largest = Math.max(...Object.values(expected).flat().map(Math.abs))
  const close = (found: Tensor | Numbers, numbers: Numbers, what: string) => {
    expect(found, `${path}, ${what}`).toBeAllClose(numbers, { rtol: 1e-5, atol: 1e-5 * largest })
  }
  if ('all' in expected) close(actual, expected.all, 'all')
  else
    tidy(() => {
      const flat = reshape(actual, [-1, actual.shape.at(-1) ?? 1])
      close(sum(flat, 0), expected.columns, 'sums over all axes but the last')
      close(sum(flat, 1), expected.rows, 'sums over the last axis')
      const some = actual.dataSync().filter((_, i) => i % 41 === 0)
      close(Array.from(some), expected.some, 'every 41st')
    })
}

onBackends(() => {
  describe('as in PyTorch:', () => {
    const titled = cases.map((c, i) => [`${i} ${c.model} [${c.inputShape}] ${c.activation} {${c.gated}}`, c] as const)

    it.each(titled)('%s', (_, { inputShape, batch, activation, options, gated, ...expected }) => {
      const model: Model =
        expected.model === 'mlp'
          ? mlp({ inputShape, activation, ...options })
          : lenet({ inputShape, activation, ...options })
      expectNoLeak(() => {
        const params = formulaWeights(model)
        const x = numbersOf<Rank.R4>([batch, ...inputShape], 0)
        const labels = Array.from({ length: batch }, (_, i) => (7 * i + 3) % options.classes)
        const sites = createSites(model.sites, Object.fromEntries(gated.map((name) => [name, gate()])))
        const loss = (p: { readonly params: Tree; readonly x: Tensor4D }) => {
          const logits = model.apply(p.params, p.x, { training: true, sites })
          return [crossEntropy(logits, labels), { logits }] as const
        }
        const { value, grads, aux } = valueAndGrad(loss, { hasAux: true })({ params, x })
        expectDigest(aux.logits, { all: expected.logits }, 'logits')
        expect(value).toBeAllClose([expected.loss])
        expectDigest(grads.x, expected.dx, 'x')
        const found = namedLeaves(grads.params)
        expect(found.map(([path]) => path).sort()).toEqual(Object.keys(expected.grads).sort())
        for (const [path, grad] of found) expectDigest(grad, expected.grads[path]!, path)
        sites.dispose()
        disposeTree([params, x, value, grads, aux])
      })
    })
  })
})
