import { reluMaxPool } from '@gg/backprop'
import { disposeTree, namedLeaves, type Tree, valueAndGrad } from '@gg/core'
import { gate, gatedGlobalAveragePool } from '@gg/gating'
import {
  cifarResnet,
  countFlops,
  countParams,
  createSites,
  lenet,
  type Model,
  ModelError,
  type ModelWithStats,
  mlp,
  type ReluMaxPool,
  resnet18,
  resnet50,
  vgg,
} from '@gg/models'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  leakyRelu,
  maxPool,
  memory,
  mul,
  ones,
  type Rank,
  relu,
  type Scalar,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  zeros,
} from '@tensorflow/tfjs-core'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'

const tiny = { depth: 8, width: 2, inputShape: [6, 6, 3] } as const
const withStats: readonly (readonly [string, () => ModelWithStats])[] = [
  ['mlp', () => mlp({ inputShape: [2, 2, 1], hidden: [5, 4], classes: 3, batchNorm: true, dropout: 0.5 })],
  ['lenet', () => lenet({ inputShape: [12, 12, 1], batchNorm: true })],
  ['vgg', () => vgg({ depth: 11, width: 1 })],
  ['cifarResnet A', () => cifarResnet(tiny)],
  ['cifarResnet B', () => cifarResnet({ ...tiny, shortcut: 'B' })],
  ['resnet18', () => resnet18({ form: 'cifar', width: 1, inputShape: [8, 8, 3] })],
  ['resnet50', () => resnet50({ width: 1, inputShape: [33, 33, 3], classes: 4 })],
]
const withoutStats: readonly (readonly [string, () => Model])[] = [
  ['mlp', () => mlp({ inputShape: [2, 2, 1], hidden: [5, 4], classes: 3, dropout: 0.5 }) as Model],
  ['vgg', () => vgg({ depth: 11, width: 1, batchNorm: false }) as Model],
  ['cifarResnet', () => cifarResnet({ ...tiny, batchNorm: false }) as Model],
  ['resnet18', () => resnet18({ form: 'cifar', width: 1, inputShape: [8, 8, 3], batchNorm: false }) as Model],
  ['resnet50', () => resnet50({ width: 1, inputShape: [33, 33, 3], classes: 4, batchNorm: false }) as Model],
]

function expectError(f: () => unknown, code: string, message: string | RegExp): void {
  expectNoLeak(() => {
    expect(f).toThrow(ModelError)
    expect(f).toThrow(expect.objectContaining({ code }))
    expect(f).toThrow(message)
  })
}

/** A step in training: a loss, gradients and what comes out beside them. */
function step<P extends Tree>(model: ModelWithStats<P>, params: P, options: object, batch = 3) {
  const x = numbersOf<Rank.R4>([batch, ...model.inputShape], 1)
  const stats = model.initStats()
  const loss = (p: P) => {
    const result = model.applyWithStats(p, stats, x, { training: true, dropoutSeed: 1, ...options })
    return [sum(square(result.logits)) as Scalar, result] as const
  }
  const result = valueAndGrad(loss, { hasAux: true })(params)
  disposeTree([x, stats])
  return result
}

describe('parameters', () => {
  const millions = (model: ModelWithStats) => Number((countParams(model) / 1e6).toFixed(2))

  it('are as many as in the papers', () => {
    expect(millions(cifarResnet({ depth: 20 }))).toBe(0.27)
    expect(millions(cifarResnet({ depth: 32 }))).toBe(0.46)
    expect(millions(cifarResnet({ depth: 44 }))).toBe(0.66)
    expect(millions(cifarResnet({ depth: 56 }))).toBe(0.85)
    expect(millions(cifarResnet({ depth: 110 }))).toBe(1.73)
    expect(millions(resnet18({ form: 'cifar', classes: 100 }))).toBe(11.22)
    expect(millions(resnet50())).toBe(25.56)
  })

  it('are to one as many as in PyTorch, torchvision and timm', () => {
    expect([8, 14, 20, 32].map((depth) => countParams(cifarResnet({ depth })))).toEqual([
      75_290, 172_506, 269_722, 464_154,
    ])
    expect(countParams(resnet18())).toBe(11_689_512)
    expect(countParams(resnet50())).toBe(25_557_032)
    expect(countParams(vgg())).toBe(15_250_378)
  })

  it('are the same number made as counted', () => {
    for (const [, make] of [...withStats, ...withoutStats]) {
      const model = make()
      expectNoLeak(() => {
        const params = model.init(0)
        expect(countParams(params)).toBe(countParams(model))
        disposeTree(params)
      })
    }
  })
})

describe('multiply-adds', () => {
  it('are those of the papers and of torchvision', () => {
    expect((countFlops(resnet18()) / 1e9).toFixed(1)).toBe('1.8')
    // 3.8 in the paper, whose strides are in the first convolutions.
    expect((countFlops(resnet50()) / 1e9).toFixed(2)).toBe('4.09')
    expect(countFlops(cifarResnet({ depth: 20 }))).toBe(40_551_040)
    expect(countFlops(mlp({ inputShape: [2, 3, 1], hidden: [5], classes: 2 }))).toBe(40)
  })
})

describe('types', () => {
  it('have apply without batch norm, and statistics with it', () => {
    expectTypeOf(lenet()).toHaveProperty('apply')
    expectTypeOf(lenet({ batchNorm: true })).not.toHaveProperty('apply')
    expectTypeOf(cifarResnet()).not.toHaveProperty('apply')
    expectTypeOf(cifarResnet({ batchNorm: false })).toHaveProperty('apply')
    expectTypeOf(lenet({ batchNorm: true }).init(0).conv1.normalization.scale.shape).toEqualTypeOf<[number]>()
    expectTypeOf(lenet().init(0).conv1.bias.shape).toEqualTypeOf<[number]>()
    expectTypeOf(lenet({ batchNorm: true }).init(0).conv1).not.toHaveProperty('bias')
  })

  it('and the models themselves agree', () => {
    for (const [, make] of withStats) expect('apply' in make()).toBe(false)
    for (const [, make] of withoutStats) expect('apply' in make()).toBe(true)
  })
})

describe('sites', () => {
  it('of a residual network', () => {
    const sites = cifarResnet({ depth: 8, shortcut: 'B' }).sites
    expect(sites.slice(0, 9)).toEqual([
      'conv1/output',
      'conv1/normalization',
      'conv1/activation',
      'stage1/block1/conv1/output',
      'stage1/block1/conv1/normalization',
      'stage1/block1/conv1/activation',
      'stage1/block1/conv2/output',
      'stage1/block1/conv2/normalization',
      'stage1/block1/sum',
    ])
    expect(sites.filter((name) => name.startsWith('stage2'))).toEqual([
      'stage2/block1/conv1/output',
      'stage2/block1/conv1/normalization',
      'stage2/block1/conv1/activation',
      'stage2/block1/conv2/output',
      'stage2/block1/conv2/normalization',
      'stage2/block1/shortcut/output',
      'stage2/block1/shortcut/normalization',
      'stage2/block1/sum',
      'stage2/block1/conv2/activation',
    ])
    expect(sites.slice(-2)).toEqual(['global/pool', 'logits/output'])
    expect(resnet50().sites.filter((name) => name.includes('stage1/block2/'))).toEqual(
      [
        ...['conv1', 'conv2'].flatMap((conv) =>
          ['output', 'normalization', 'activation'].map((part) => `${conv}/${part}`),
        ),
        ...['conv3/output', 'conv3/normalization', 'sum', 'conv3/activation'],
      ].map((name) => `stage1/block2/${name}`),
    )
    expect(resnet18().sites.slice(2, 4)).toEqual(['conv1/activation', 'conv1/pool'])
  })
})

describe('options', () => {
  it.each([
    [() => cifarResnet({ depth: 18 }), /cifarResnet: `depth` must be 6n \+ 2 .*, got 18/],
    [() => cifarResnet({ depth: 2 }), /got 2/],
    [() => cifarResnet({ shortcut: 'C' as 'A' }), /cifarResnet: `shortcut` must be one of 'A' and 'B', got 'C'/],
    [() => cifarResnet({ width: 0 }), /cifarResnet: `width` must be a whole number of 1 or more, got 0/],
    [
      () => resnet18({ form: 'mnist' as 'cifar' }),
      /resnet18: `form` must be one of 'imagenet' and 'cifar', got 'mnist'/,
    ],
    [() => vgg({ depth: 12 as 11 }), /vgg: `depth` must be one of 11, 13, 16 and 19, got 12/],
    [() => vgg({ inputShape: [31, 32, 3] }), /vgg16: `inputShape` must leave something .*\[31,32,3\].* at 'stage5'/],
    [() => vgg({ dropout: 1 }), /vgg: `dropout` must be a number from 0 to below 1, got 1/],
    [() => mlp({ inputShape: [1, 1, 1], hidden: [], classes: 1, dropout: -0.1 }), /mlp: `dropout` .*, got -0.1/],
    [() => lenet({ normalization: { momentum: 1.5 } }), /lenet: `normalization.momentum` must be .* 0 to 1, got 1.5/],
    [() => lenet({ normalization: { eps: 0 } }), /lenet: `normalization.eps` must be a number above 0, got 0/],
    [() => lenet({ normalization: { eps: Number.NaN } }), /got NaN/],
    [
      () => lenet({ activation: 'tanh', reluMaxPool: fused }),
      /`activation` must be 'relu' with `reluMaxPool`, got 'tanh'/,
    ],
    [
      () => vgg({ activation: (x) => relu(x), reluMaxPool: fused }),
      /must be 'relu' with `reluMaxPool`, got a function/,
    ],
  ])('%s', (make, message) => expectError(make, 'INVALID_ARGUMENT', message))
})

const fused: ReluMaxPool = (x, size) => maxPool(relu(x), size, size, 'valid')

onBackends(() => {
  describe.each(withStats)('%s with batch norm', (_, make) => {
    it('gives logits and statistics of its own, leaving those it was given', () => {
      expectNoLeak(() => {
        const model = make()
        const [params, stats] = [model.init(0), model.initStats()]
        const x = numbersOf<Rank.R4>([3, ...model.inputShape], 1)
        const before = namedLeaves(stats).map(([path, leaf]) => [path, ...leaf.dataSync()])
        for (const training of [true, false]) {
          const result = model.applyWithStats(params, stats, x, { training, dropoutSeed: 0 })
          expect(result.logits.shape).toEqual([3, model.classes])
          expect(result.logits.dataSync().every(Number.isFinite)).toBe(true)
          const after = namedLeaves(result.stats).map(([path, leaf]) => [path, ...leaf.dataSync()])
          if (training) expect(after).not.toEqual(before)
          else expect(after).toEqual(before)
          expect(after.map(([path]) => path)).toEqual(before.map(([path]) => path))
          disposeTree(result)
        }
        expect(namedLeaves(stats).map(([path, leaf]) => [path, ...leaf.dataSync()])).toEqual(before)
        disposeTree([params, stats, x])
      })
    })

    it('gets no gradient from shifting or scaling what a batch norm takes', () => {
      const model = make()
      const params = model.init(0)
      const { grads } = step(model, params, {})
      // y does not change with the length of a kernel in front of a batch norm, so its gradient is at a right angle.
      for (const [path, grad] of namedLeaves(grads)) {
        if (!path.endsWith('/kernel') || path === 'logits/kernel') continue
        const kernel = new Map(namedLeaves(params)).get(path)!
        const numbers = (t: Tensor) => Array.from(t.dataSync())
        const norm = (t: Tensor) => Math.hypot(...numbers(t))
        const product = numbers(grad).reduce((total, g, i) => total + g * kernel.dataSync()[i]!, 0)
        // Only eps keeps the angle from being right: 1e-5 of a variance that is small in these narrow networks.
        expect(Math.abs(product), path).toBeLessThan(0.05 * norm(grad) * norm(kernel) + 1e-3)
      }
    })

    it('calls every site that it lists, once and in order', () => {
      const model = make()
      const called: string[] = []
      const at = <T extends Tensor>(name: string, features: T): T => {
        called.push(name)
        const row = model.rows.find(({ site }) => site === name)
        expect(features.shape).toEqual([2, ...(row?.output ?? [])])
        return features
      }
      const sites = { ...createSites(model.sites, {}), names: model.sites, at }
      const x = zeros([2, ...model.inputShape]) as Tensor4D
      model.applyWithStats(model.init(0), model.initStats(), x, { training: true, sites, dropoutSeed: 0 })
      expect(called).toEqual(model.sites)
    })

    it('says what is wrong with statistics and with a batch that has none, and leaks nothing', () => {
      const model = make()
      const [params, stats] = [model.init(0), model.initStats()]
      const x = numbersOf<Rank.R4>([2, ...model.inputShape], 1)
      const [path = '', found] = Object.entries(stats)[0] ?? []
      const channels = found!.mean.shape[0]
      const run = (given: object) => () => model.applyWithStats(params, given as typeof stats, x, {})
      const expected = `apply: \`stats\` must have [${channels}] at '${path}/`
      expectError(run({}), 'SHAPE_MISMATCH', `${expected}mean', got nothing. Pass what initStats of this very model`)
      const wrong = { ...found, variance: zeros([channels + 1]) }
      expectError(run({ ...stats, [path]: wrong }), 'SHAPE_MISMATCH', `${expected}variance', got [${channels + 1}].`)
      const { [Object.keys(params)[0]!]: _, ...fewer } = params as { readonly [name: string]: Tree }
      expectError(() => model.applyWithStats(fewer, stats, x), 'SHAPE_MISMATCH', /`params` must have .*, got nothing/)
    })
  })

  describe.each(withoutStats)('%s without batch norm', (_, make) => {
    it('has apply, which is applyWithStats without its statistics', () => {
      expectNoLeak(() => {
        const model = make()
        const params = model.init(0)
        const x = numbersOf<Rank.R4>([2, ...model.inputShape], 1)
        expect(model.initStats()).toEqual({})
        const logits = model.apply(params, x, { training: true, dropoutSeed: 3 })
        const both = model.applyWithStats(params, {}, x, { training: true, dropoutSeed: 3 })
        expect(both.stats).toEqual({})
        expect(logits.dataSync()).toEqual(both.logits.dataSync())
        disposeTree([params, x, logits, both])
      })
    })
  })

  describe('batch norm', () => {
    it('starts with mean 0 and variance 1, and moves by the momentum to the unbiased variance', () => {
      const model = mlp({
        inputShape: [1, 1, 1],
        hidden: [1],
        classes: 1,
        batchNorm: true,
        normalization: { momentum: 0.5 },
      })
      const start = model.init(0)
      const params = { ...start, dense1: { ...start['dense1']!, kernel: ones<Rank.R2>([1, 1]) } }
      const stats = model.initStats()
      expect(stats['dense1']!.mean.dataSync()[0]).toBe(0)
      expect(stats['dense1']!.variance.dataSync()[0]).toBe(1)
      const x = numbersOf<Rank.R4>([3, 1, 1, 1], 0)
      const numbers = Array.from(x.dataSync())
      const mean = numbers.reduce((a, b) => a + b) / 3
      const variance = numbers.reduce((total, n) => total + (n - mean) ** 2, 0) / 2
      const after = model.applyWithStats(params, stats, x, { training: true }).stats
      expect(after['dense1']!.mean).toBeAllClose([0.5 * mean])
      expect(after['dense1']!.variance).toBeAllClose([0.5 + 0.5 * variance])
    })

    it('refuses one number of a channel while training, and takes it otherwise', () => {
      const model = mlp({ inputShape: [1, 1, 2], hidden: [3], classes: 2, batchNorm: true })
      const [params, stats] = [model.init(0), model.initStats()]
      const x = numbersOf<Rank.R4>([1, 1, 1, 2], 1)
      const message = /`x` must give two numbers or more of each channel .*, got features of \[1,3\]/
      expectError(() => model.applyWithStats(params, stats, x, { training: true }), 'SHAPE_MISMATCH', message)
      expect(model.applyWithStats(params, stats, x).logits.shape).toEqual([1, 2])
    })

    it('lets NaN through, in the logits and in the statistics', () => {
      const model = cifarResnet(tiny)
      const x = numbersOf<Rank.R4>([2, 6, 6, 3], 1, Number.NaN)
      const result = model.applyWithStats(model.init(0), model.initStats(), x, { training: true })
      expect(result.logits.dataSync().every(Number.isNaN)).toBe(true)
      expect(result.stats['conv1']!.variance.dataSync().every(Number.isNaN)).toBe(true)
    })
  })

  describe('dropout', () => {
    // Halves are exact in float32.
    const rate = 0.5
    const model = mlp({ inputShape: [1, 1, 3], hidden: [50], classes: 2, dropout: rate })

    it('drops the same for the same seed and other units for another', () => {
      const params = model.init(0)
      const x = numbersOf<Rank.R4>([2, 1, 1, 3], 0)
      const logits = (dropoutSeed: number) => model.apply(params, x, { training: true, dropoutSeed }).dataSync()
      expect(logits(1)).toEqual(logits(1))
      expect(logits(1)).not.toEqual(logits(2))
    })

    it('drops its rate, divides the rest by what is left, and nothing outside training', () => {
      expect(model.sites).toEqual(['dense1/output', 'dense1/activation', 'logits/output'])
      const units = 4000
      const only = mlp({
        inputShape: [1, 1, 1],
        hidden: [units],
        classes: 1,
        dropout: rate,
        activation: (x) => mul(x, 1),
      })
      const params = {
        dense1: { kernel: ones<Rank.R2>([1, units]), bias: zeros<Rank.R1>([units]) },
        logits: { kernel: ones<Rank.R2>([units, 1]), bias: zeros<Rank.R1>([1]) },
      }
      const x = ones<Rank.R4>([1, 1, 1, 1])
      const total = (options: object) => only.apply(params, x, options).dataSync()[0]!
      expect(total({})).toBe(units)
      expect(total({ training: false, dropoutSeed: 1 })).toBe(units)
      const keptUnits = total({ training: true, dropoutSeed: 1 }) * (1 - rate)
      expect(Number.isInteger(keptUnits)).toBe(true)
      // Four standard deviations of the binomial distribution.
      expect(Math.abs(keptUnits - units * (1 - rate))).toBeLessThan(4 * Math.sqrt(units * rate * (1 - rate)))
    })

    it('asks for a seed while training, and leaks nothing', () => {
      const params = model.init(0)
      const x = zeros<Rank.R4>([1, 1, 1, 3])
      const message = /`dropoutSeed` must be given while training with dropout, got undefined/
      expectError(() => model.apply(params, x, { training: true }), 'INVALID_ARGUMENT', message)
      expect(lenet().apply(lenet().init(0), zeros([1, 28, 28, 1]), { training: true }).shape).toEqual([1, 10])
    })
  })

  describe('functions in place of layers', () => {
    it('take activations, GAAF among them', () => {
      const leaky = cifarResnet({ ...tiny, activation: (x) => leakyRelu(x, 0.5) })
      const plain = cifarResnet(tiny)
      const params = plain.init(0)
      const x = numbersOf<Rank.R4>([2, 6, 6, 3], 1)
      const logits = (model: ModelWithStats) => model.applyWithStats(params, model.initStats(), x).logits.dataSync()
      expect(leaky.sites).toEqual(plain.sites)
      expect(logits(leaky)).not.toEqual(logits(plain))
      expect(logits(cifarResnet({ ...tiny, activation: (x) => relu(x) }))).toEqual(logits(plain))
    })

    it('take relu and max pooling in one, which leaves no site between them', () => {
      const calls: unknown[] = []
      const counted: ReluMaxPool = (x, ...rest) => {
        calls.push(rest)
        return fused(x, ...rest)
      }
      for (const make of [
        (options: object) => lenet({ inputShape: [12, 12, 1], ...options }),
        (options: object) => vgg({ depth: 11, width: 1, batchNorm: false, dropout: 0, ...options }),
      ] as readonly ((options: object) => Model)[]) {
        const [plain, lean] = [make({}), make({ reluMaxPool: counted })]
        const params = plain.init(0)
        const x = numbersOf<Rank.R4>([2, ...plain.inputShape], 1)
        expect(lean.apply(params, x).dataSync()).toEqual(plain.apply(params, x).dataSync())
        const pools = lean.sites.filter((name) => name.endsWith('pool'))
        expect(plain.sites.length - lean.sites.length).toBe(pools.length)
        expect(calls.splice(0)).toEqual(pools.map(() => [2]))
      }
    })

    it.each([true, false])('keep less for the backward pass with lean pooling, batch norm %s', (batchNorm) => {
      const model = (options: object) =>
        vgg({ depth: 11, width: 2, dropout: 0, batchNorm, ...options }) as ModelWithStats
      const params = model({}).init(0)
      const stats = model({}).initStats()
      const x = numbersOf<Rank.R4>([2, 32, 32, 3], 1)
      const run = (made: ModelWithStats) => {
        const kept: number[] = []
        const before = memory().numBytes
        const { value, grads } = valueAndGrad((p: Tree) => {
          const { logits } = made.applyWithStats(p, stats, x, { training: true })
          kept.push(memory().numBytes - before)
          return sum(square(logits)) as Scalar
        })(params)
        return { kept: kept[0]!, value, grads }
      }
      const [lean, plain] = [run(model({ reluMaxPool })), run(model({}))]
      expect(lean.value.dataSync()).toEqual(plain.value.dataSync())
      const found = new Map(namedLeaves(lean.grads))
      for (const [path, grad] of namedLeaves(plain.grads)) {
        const largest = Math.max(...grad.dataSync().map(Math.abs))
        expect(found.get(path)!, path).toBeAllClose(grad, { rtol: 1e-4, atol: 1e-5 * largest })
      }
      // Of each of five pooled layers plain keeps S, relu(S) and the pooled; with batch norm also what that is given.
      expect(lean.kept / plain.kept).toBeLessThan(batchNorm ? 0.72 : 0.63)
    })

    it('take a global pooling', () => {
      const gated = cifarResnet({ ...tiny, globalPool: gatedGlobalAveragePool })
      const plain = cifarResnet(tiny)
      const params = plain.init(0)
      const [a, b] = [step(gated, params, {}), step(plain, params, {})]
      expect(a.value).toBeAllClose(b.value)
      expect(a.grads.conv1.kernel).not.toBeAllClose(b.grads.conv1.kernel)
      expect(a.grads.logits.kernel).toBeAllClose(b.grads.logits.kernel)
    })

    it('take gates at their sites', () => {
      const model = cifarResnet(tiny)
      const params = model.init(0)
      expectNoLeak(() => {
        const sites = createSites(model.sites, { 'stage*/**/{output,sum}': gate(), 'global/pool': gate() })
        const [a, b] = [step(model, params, { sites }), step(model, params, {})]
        expect(a.value.dataSync()).toEqual(b.value.dataSync())
        expect(a.grads.conv1.kernel).not.toBeAllClose(b.grads.conv1.kernel)
        sites.dispose()
        disposeTree([a, b])
      })
    })
  })
})
