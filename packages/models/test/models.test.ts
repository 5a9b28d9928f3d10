import { disposeTree, namedLeaves, type Tree, treeLeaves } from '@gg/core'
import { gate } from '@gg/gating'
import {
  countParams,
  createRandom,
  createSites,
  glorotUniform,
  heNormal,
  heUniform,
  type ImageShape,
  type LenetOptions,
  lenet,
  type MlpOptions,
  type Model,
  ModelError,
  mlp,
} from '@gg/models'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  cast,
  leakyRelu,
  type Rank,
  slice,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbersOf } from './numbers-of.ts'

const small: MlpOptions = { inputShape: [3, 2, 2], hidden: [5, 4], classes: 3 }
const everyModel: readonly (readonly [string, () => Model])[] = [
  ['mlp', () => mlp(small)],
  ['mlp without hidden layers', () => mlp({ ...small, hidden: [] })],
  ['lenet for 28 × 28 × 1', () => lenet()],
  ['lenet for 32 × 32 × 3', () => lenet({ inputShape: [32, 32, 3], classes: 100 })],
  ['lenet for 12 × 19 × 2', () => lenet({ inputShape: [12, 19, 2], activation: 'tanh' })],
]

const shapes = (params: Tree) => Object.fromEntries(namedLeaves(params).map(([path, leaf]) => [path, leaf.shape]))

function expectError(f: () => unknown, code: string, message: string | RegExp): void {
  expectNoLeak(() => {
    expect(f).toThrow(ModelError)
    expect(f).toThrow(expect.objectContaining({ code }))
    expect(f).toThrow(message)
  })
}

onBackends((backend) => {
  describe.each(everyModel)('%s', (name, make) => {
    it('gives finite logits of its shape, from parameters of its own', () => {
      expectNoLeak(() => {
        const model = make()
        const params = model.init(0)
        for (const batch of [1, 3]) {
          const x = numbersOf<Rank.R4>([batch, ...model.inputShape], 1)
          const logits = model.apply(params, x)
          expect(logits.shape).toEqual([batch, model.classes])
          expect(logits.dataSync().every(Number.isFinite)).toBe(true)
          disposeTree([x, logits])
        }
        disposeTree(params)
      })
    })

    it('treats each sample by itself', () => {
      const model = make()
      const params = model.init(0)
      const x = numbersOf<Rank.R4>([3, ...model.inputShape], 1)
      const second = slice(x, [1, 0, 0, 0], [1, ...model.inputShape])
      const all = model.apply(params, x)
      const rows = Array.from({ length: model.classes }, (_, i) => all.dataSync()[model.classes + i]!)
      expect(model.apply(params, second)).toBeAllClose(rows)
    })

    it('starts from a seed: the same again, other numbers from another, biases at zero', () => {
      const model = make()
      const numbers = (seed: number) => treeLeaves(model.init(seed)).map((leaf) => Array.from(leaf.dataSync()))
      expect(numbers(7)).toEqual(numbers(7))
      const [a, b] = [model.init(7), model.init(8)]
      for (const [path, leaf] of namedLeaves(a)) {
        if (path.endsWith('bias')) expect(leaf.dataSync().every((n) => n === 0)).toBe(true)
        else expect(leaf).not.toBeAllClose(namedLeaves(b).find(([other]) => other === path)![1])
      }
      const kernels = namedLeaves(a).filter(([path]) => path.endsWith('kernel'))
      expect(new Set(kernels.map(([, leaf]) => leaf.dataSync()[0])).size).toBe(kernels.length)
    })

    it('calls every site that it lists, once and in order, with float32 feature maps', () => {
      const model = make()
      const params = model.init(0)
      const called: string[] = []
      const sites = {
        ...createSites(model.sites, {}),
        names: model.sites,
        at: <T extends Tensor>(name: string, features: T): T => {
          called.push(name)
          expect(features.dtype).toBe('float32')
          expect(features.shape[0]).toBe(2)
          return features
        },
      }
      model.apply(params, zeros([2, ...model.inputShape]) as Tensor4D, { training: true, sites })
      expect(called).toEqual(model.sites)
    })

    // tfjs' cpu kernel of max pooling makes -Infinity of a window of NaN, and relu makes 0 of that.
    it.skipIf(backend === 'cpu' && name.startsWith('lenet'))('lets NaN through to the logits', () => {
      const model = make()
      const x = numbersOf<Rank.R4>([1, ...model.inputShape], 1, Number.NaN)
      expect(model.apply(model.init(0), x).dataSync().every(Number.isNaN)).toBe(true)
    })

    it('says what is wrong with an input, and leaks nothing', () => {
      const model = make()
      const params = model.init(0)
      const [height, width, channels] = model.inputShape
      const expected = `must be [batch, ${height}, ${width}, ${channels}] for ${model.name}, got `
      const wrong: readonly Tensor[] = [
        zeros([2, height, width + 1, channels]),
        zeros([2, channels, height, width + 1]),
        zeros([height, width, channels]),
      ]
      for (const x of wrong) {
        const message = `apply: \`x\` ${expected}[${x.shape.join(', ')}].`
        expectError(() => model.apply(params, x as Tensor4D), 'SHAPE_MISMATCH', message)
      }
      const bytes = tidy(() => cast(zeros<Rank.R4>([1, height, width, channels]), 'int32'))
      expectError(() => model.apply(params, bytes), 'INVALID_ARGUMENT', /`x` must be float32 for \w+, got int32/)
    })

    it('says what is wrong with sites, and leaks nothing', () => {
      const model = make()
      const params = model.init(0)
      const x = zeros([1, ...model.inputShape]) as Tensor4D
      const sites = createSites(model.sites, { 'logits/output': gate() })
      expectError(() => model.apply(params, x, { sites }), 'INVALID_ARGUMENT', /`training` must be given with `sites`/)
      const others = createSites([...model.sites, 'more/output'], { 'logits/output': gate() })
      for (const training of [true, false]) {
        const apply = () => model.apply(params, x, { training, sites: others })
        expectError(apply, 'INVALID_ARGUMENT', /`sites` must be those of this .*, more\/output|,more\/output/)
      }
      const record = { 'logits/output': gate() } as object
      const raw = () => model.apply(params, x, { training: true, ...{ sites: record as typeof sites } })
      expectError(raw, 'INVALID_ARGUMENT', /Use createSites\(model.sites, /)
    })

    it('says what is wrong with parameters, and leaks nothing', () => {
      const model = make()
      const params = model.init(0) as { readonly [layer: string]: { readonly [part: string]: Tensor } }
      const x = zeros([1, ...model.inputShape]) as Tensor4D
      const wrong = zeros([1, 1])
      for (const layer of Object.keys(params)) {
        const { kernel, bias } = params[layer] as { readonly kernel: Tensor; readonly bias: Tensor }
        const apply = (part: Tree) => () => model.apply({ ...params, [layer]: part }, x)
        const at = `apply: \`params\` must have `
        expectError(
          apply({ kernel: wrong, bias }),
          'SHAPE_MISMATCH',
          `${at}[${kernel.shape}] at '${layer}/kernel', got [1,1].`,
        )
        expectError(
          apply({ kernel, bias: wrong }),
          'SHAPE_MISMATCH',
          `${at}[${bias.shape}] at '${layer}/bias', got [1,1].`,
        )
        expectError(apply({ kernel }), 'SHAPE_MISMATCH', `${at}[${bias.shape}] at '${layer}/bias', got nothing.`)
        const { [layer]: _, ...rest } = params
        expectError(
          () => model.apply(rest, x),
          'SHAPE_MISMATCH',
          `${at}[${kernel.shape}] at '${layer}/kernel', got nothing.`,
        )
      }
    })
  })

  describe('lenet', () => {
    it('has the 61,706 parameters of LeNet-5 for 28 × 28 × 1, and 62,006 for 32 × 32 × 3', () => {
      const params = lenet().init(0)
      expect(countParams(params)).toBe(61_706)
      expect(shapes(params)).toEqual({
        'conv1/kernel': [5, 5, 1, 6],
        'conv1/bias': [6],
        'conv2/kernel': [5, 5, 6, 16],
        'conv2/bias': [16],
        'dense1/kernel': [400, 120],
        'dense1/bias': [120],
        'dense2/kernel': [120, 84],
        'dense2/bias': [84],
        'logits/kernel': [84, 10],
        'logits/bias': [10],
      })
      expect(countParams(lenet({ inputShape: [32, 32, 1] }).init(0))).toBe(61_706)
      expect(countParams(lenet({ inputShape: [32, 32, 3] }).init(0))).toBe(62_006)
    })

    it('has these sites', () => {
      expect(lenet().sites).toMatchInlineSnapshot(`
        [
          "conv1/output",
          "conv1/activation",
          "conv1/pool",
          "conv2/output",
          "conv2/activation",
          "conv2/pool",
          "dense1/output",
          "dense1/activation",
          "dense2/output",
          "dense2/activation",
          "logits/output",
        ]
      `)
    })

    it.each([
      [{ inputShape: [11, 28, 1] }, /lenet: `inputShape` must have a height and width of 12 or more, got \[11,28,1\]/],
      [{ inputShape: [28, 28] }, /lenet: `inputShape` must be \[height, width, channels\], got \[28,28\]/],
      [{ inputShape: [28, 28, 0] }, /lenet: `inputShape` must be a whole number of 1 or more, got 0/],
      [{ classes: 2.5 }, /lenet: `classes` must be a whole number of 1 or more, got 2.5/],
      [
        { activation: 'gelu' },
        /lenet: `activation` must be one of 'relu', 'tanh', 'sigmoid' or a function, got 'gelu'/,
      ],
    ])('refuses %o', (options, message) => {
      expectError(() => lenet(options as unknown as LenetOptions), 'INVALID_ARGUMENT', message)
    })
  })

  describe('mlp', () => {
    it('has a layer for each number of hidden units, and typed parameters', () => {
      const model = mlp(small)
      const params = model.init(0)
      expect(shapes(params)).toEqual({
        'dense1/kernel': [12, 5],
        'dense1/bias': [5],
        'dense2/kernel': [5, 4],
        'dense2/bias': [4],
        'logits/kernel': [4, 3],
        'logits/bias': [3],
      })
      const logits: Tensor2D = params.logits.kernel
      const first: Tensor2D | undefined = params['dense1']?.kernel
      expect([logits.shape, first?.shape]).toEqual([
        [4, 3],
        [12, 5],
      ])
      expect(model.sites).toEqual([
        'dense1/output',
        'dense1/activation',
        'dense2/output',
        'dense2/activation',
        'logits/output',
      ])
    })

    it('leaves the weights of the other layers as they are when one is added', () => {
      const [two, three] = [mlp({ ...small, hidden: [5, 5] }).init(4), mlp({ ...small, hidden: [5, 5, 5] }).init(4)]
      expect(three['dense2']!.kernel).toBeAllClose(two['dense2']!.kernel, { rtol: 0, atol: 0 })
      expect(three['dense3']!.kernel).not.toBeAllClose(two['dense2']!.kernel)
    })

    it('takes an activation of its own', () => {
      const leaky = mlp({ ...small, activation: (x) => leakyRelu(x, 0.5) })
      const params = leaky.init(0)
      const x = numbersOf<Rank.R4>([2, 3, 2, 2], 1)
      expect(leaky.apply(params, x)).not.toBeAllClose(mlp(small).apply(params, x))
    })

    it.each([
      [{ hidden: [5, 0] }, /mlp: `hidden` must be a whole number of 1 or more, got 0/],
      [{ classes: 0 }, /mlp: `classes` must be a whole number of 1 or more, got 0/],
      [{ inputShape: [2, Number.NaN, 1] as ImageShape }, /mlp: `inputShape` must be a whole number .*, got NaN/],
      [{ activation: 'toString' }, /mlp: `activation` must be one of .*, got 'toString'/],
    ])('refuses %o', (options, message) => {
      expectError(() => mlp({ ...small, ...(options as object) }), 'INVALID_ARGUMENT', message)
    })
  })

  describe('initial kernels', () => {
    const kernel = (model: Model, path: string) => new Map(namedLeaves(model.init(3))).get(path)!
    const drawn = (initializer: typeof heNormal, shape: number[], path: string) =>
      initializer(shape, createRandom(3, path))

    it('are He before relu and functions, Glorot before tanh and sigmoid, and Glorot for the logits', () => {
      const custom = (x: Tensor) => x
      for (const activation of ['relu', custom] as const) {
        const he = drawn(heNormal, [12, 5], 'dense1/kernel')
        expect(kernel(mlp({ ...small, activation }), 'dense1/kernel')).toBeAllClose(he, { rtol: 0, atol: 0 })
      }
      for (const activation of ['tanh', 'sigmoid'] as const) {
        const glorot = drawn(glorotUniform, [5, 5, 1, 6], 'conv1/kernel')
        expect(kernel(lenet({ activation }), 'conv1/kernel')).toBeAllClose(glorot, { rtol: 0, atol: 0 })
      }
      const logits = drawn(glorotUniform, [84, 10], 'logits/kernel')
      expect(kernel(lenet(), 'logits/kernel')).toBeAllClose(logits, { rtol: 0, atol: 0 })
      const chosen = drawn(heUniform, [5, 5, 1, 6], 'conv1/kernel')
      expect(kernel(lenet({ initializer: heUniform }), 'conv1/kernel')).toBeAllClose(chosen, { rtol: 0, atol: 0 })
    })

    it('are disposed when a later one cannot be made', () => {
      const failing: typeof heNormal = (shape, random) => {
        if (shape.length === 2) throw new RangeError('no dense layers today')
        return heNormal(shape, random)
      }
      expectNoLeak(() => expect(() => lenet({ initializer: failing }).init(0)).toThrow('no dense layers today'))
    })
  })
})
