import { disposeTree, transformGradient, valueAndGrad } from '@gg/core'
import {
  type GatedGlobalAveragePoolOptions,
  type GateOptions,
  gate,
  gatedGlobalAveragePool,
  gateFactor,
} from '@gg/gating'
import { expectNoLeak, numbersOf, onBackends, readVectors } from '@gg/testing'
import {
  add,
  conv2d,
  exp,
  matMul,
  maxPool,
  mul,
  neg,
  onesLike,
  type Rank,
  relu,
  reshape,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

type Numbers = readonly number[]
type Case<O, N extends string> = { readonly options: O } & { readonly [name in N]: Numbers }

const vectors = readVectors<{
  readonly gates: readonly (Case<GateOptions, 'shape' | 'factor' | 'dy'> & { readonly seed: number })[]
  readonly convolutions: readonly Case<GateOptions, 'x' | 'w' | 'y' | 'dx' | 'dw' | 'db'>[]
  readonly denses: readonly Case<GateOptions, 'y' | 'dx' | 'dw' | 'db'>[]
  readonly chains: readonly Case<GateOptions, 'y' | 'dx' | 'dkernel' | 'dbias' | 'dw1' | 'db1' | 'dw2' | 'db2'>[]
  readonly pools: readonly Case<GatedGlobalAveragePoolOptions, 'y' | 'dx'>[]
}>('gating')

/** The function that the generator calls 'bell'. */
const bell = (y: Tensor): Tensor => sub(1, exp(neg(square(y))))
const titled = <C extends { readonly options: GatedGlobalAveragePoolOptions | GateOptions }>(cases: readonly C[]) =>
  cases.map((c, i) => {
    const own = String(c.options.activation) === 'bell' ? { activation: bell } : {}
    return [`${i} ${JSON.stringify(c.options)}`, { ...c, options: { ...c.options, ...own } }] as const
  })

/** Runs a network on leaves with the loss Σ y ⊙ weights, and compares its output and the gradient of every leaf. */
function expectGradients<L extends { readonly [name: string]: Tensor }>(
  makeLeaves: () => L,
  network: (leaves: L) => Tensor,
  weightSeed: number,
  expected: object,
): void {
  const loss = (leaves: L) => {
    const y = network(leaves)
    return [sum(mul(y, numbersOf(y.shape, weightSeed))) as Scalar, { y }] as const
  }
  const numbers = new Map<string, Numbers>(Object.entries(expected))
  expectNoLeak(() => {
    const leaves = makeLeaves()
    const { value, grads, aux } = valueAndGrad(loss, { hasAux: true })(leaves)
    // Sums of up to 100 float32 products of size 1 may be off by 100 · 2⁻²⁴ = 6e-6, however small they come out.
    const tolerance = { atol: 6e-6 }
    expect(aux.y).toBeAllClose(numbers.get('y') ?? [], tolerance)
    for (const [name, grad] of Object.entries(grads)) {
      expect(grad, name).toBeAllClose(numbers.get(`d${name}`) ?? [], tolerance)
    }
    disposeTree([leaves, value, grads, aux])
  })
}

onBackends(() => {
  describe('as a custom autograd function in PyTorch:', () => {
    it.each(titled(vectors.gates))('gate %s', (_, { shape, seed, options, factor, dy }) => {
      expectNoLeak(() => {
        const features = numbersOf(shape, seed, 4)
        const gradient = numbersOf(shape, seed + 1)
        const found = gateFactor(features, options)
        const full = tidy(() => mul(found, onesLike(features)))
        const [updates] = gate(options).update(gradient, {}, features)
        expect(full).toBeAllClose(factor)
        expect(updates).toBeAllClose(dy)
        disposeTree([features, gradient, found, full, updates])
      })
    })

    it.each(titled(vectors.convolutions))('a convolution %s', (_, c) => {
      const leaves = () => ({
        x: numbersOf<Rank.R4>(c.x, 7),
        w: numbersOf<Rank.R4>(c.w, 8, 2),
        b: numbersOf(c.w.slice(3), 9),
      })
      const layer = gate(c.options)
      expectGradients(leaves, ({ x, w, b }) => transformGradient(add(conv2d(x, w, 1, 'valid'), b), layer), 10, c)
    })

    it.each(titled(vectors.denses))('a dense layer %s', (_, c) => {
      const leaves = () => ({ x: numbersOf([3, 4], 11), w: numbersOf([4, 5], 12, 2), b: numbersOf([5], 13) })
      expectGradients(leaves, ({ x, w, b }) => transformGradient(add(matMul(x, w), b), gate(c.options)), 14, c)
    })

    const chains = titled(vectors.chains).flatMap(([title, c]) =>
      ([false, true] as const).map((atOnce) => [`${title}${atOnce ? ', at once' : ''}`, { ...c, atOnce }] as const),
    )
    it.each(chains)('conv, gate, relu, pool, dense, gate, relu, dense %s', (_, c) => {
      const leaves = () => ({
        x: numbersOf<Rank.R4>([2, 8, 8, 2], 15),
        kernel: numbersOf<Rank.R4>([3, 3, 2, 4], 16),
        bias: numbersOf([4], 17, 0.5),
        w1: numbersOf([36, 6], 18, 0.5),
        b1: numbersOf([6], 19, 0.5),
        w2: numbersOf([6, 3], 20),
        b2: numbersOf([3], 21),
      })
      const tx = gate(c.options)
      // Gate and ReLU as two nodes of the tape, and as one.
      const rectified = <T extends Tensor>(y: T): T =>
        c.atOnce ? transformGradient(y, tx, { relu: true }) : relu(transformGradient(y, tx))
      const network = ({ x, kernel, bias, w1, b1, w2, b2 }: ReturnType<typeof leaves>) => {
        const maps: Tensor4D = rectified(add(conv2d(x, kernel, 1, 'valid'), bias))
        const flat = reshape(maxPool(maps, 2, 2, 'valid'), [2, 36])
        return add(matMul(rectified(add(matMul(flat, w1), b1)), w2), b2)
      }
      expectGradients(leaves, network, 22, c)
    })

    it.each(titled(vectors.pools))('gatedGlobalAveragePool %s', (_, c) => {
      const leaves = () => ({ x: numbersOf<Rank.R4>([2, 4, 3, 3], 23, 2) })
      expectGradients(leaves, ({ x }) => gatedGlobalAveragePool(x, c.options), 24, c)
    })
  })
})
