import { disposeTree, namedLeaves, type Tree } from '@gg/core'
import {
  cifarResnet,
  type ImageShape,
  lenet,
  loadWeights,
  ModelError,
  type ModelWithStats,
  mlp,
  readSafetensors,
  resnet18,
  resnet50,
  saveWeights,
  vgg,
  type WeightsMismatch,
  writeSafetensors,
} from '@gg/models'
import { expectNoLeak, onBackends, readVectors } from '@gg/testing'
import { type Rank, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { weightSlots } from '../src/weight-names.ts'
import { numbersOf } from './numbers-of.ts'

interface File {
  readonly file: string
  readonly logits: readonly number[]
  readonly inputShape: ImageShape
  readonly options: object
}
const vectors = readVectors<{
  readonly resnet: File
  readonly mlp: File
  readonly names: { readonly [model: string]: { readonly [name: string]: readonly number[] } }
}>('models-safetensors')

const bytesOf = ({ file }: File) => new Uint8Array(Buffer.from(file, 'base64'))
const values = (tree: Tree) => namedLeaves(tree).map(([path, leaf]) => [path, leaf.shape, ...leaf.dataSync()])

function thrown(f: () => unknown): ModelError {
  try {
    f()
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError)
    return error as ModelError
  }
  throw new Error('nothing was thrown')
}

onBackends(() => {
  describe('loadWeights', () => {
    const cases: readonly (readonly [string, File, (options: object) => ModelWithStats])[] = [
      ['a residual network with batch norm', vectors.resnet, cifarResnet as never],
      ['a network that flattens maps, in bfloat16', vectors.mlp, mlp as never],
    ]
    it.each(cases)("gets PyTorch's logits from PyTorch's file of %s", (_, file, make) => {
      expectNoLeak(() => {
        const model = make({ ...file.options, inputShape: file.inputShape })
        const { params, stats } = loadWeights(model, bytesOf(file), { naming: 'pytorch' })
        const x = numbersOf<Rank.R4>([3, ...file.inputShape], 0)
        const result = model.applyWithStats(params, stats, x)
        expect(result.logits).toBeAllClose(file.logits)
        disposeTree([params, stats, x, result])
      })
    })

    it.each(cases)('and saveWeights make the same file again of %s', async (_, file, make) => {
      const model = make({ ...file.options, inputShape: file.inputShape })
      const weights = loadWeights(model, bytesOf(file), { naming: 'pytorch' })
      const again = await saveWeights(model, weights, { naming: 'pytorch', metadata: {} })
      const [theirs, ours] = [readSafetensors(bytesOf(file)).tensors, readSafetensors(again).tensors]
      for (const [name, { shape, dtype, bytes }] of theirs) {
        if (name.endsWith('num_batches_tracked')) continue
        expect(ours.get(name)?.shape, name).toEqual(shape)
        if (dtype === 'F32') expect(Buffer.from(ours.get(name)!.bytes).equals(bytes), name).toBe(true)
      }
      const counters = [...theirs.keys()].filter((name) => name.endsWith('num_batches_tracked'))
      expect(ours.size).toBe(theirs.size - counters.length)
    })

    it.each(['gg', 'pytorch'] as const)(
      'gives back what was saved, bit for bit, with the names of %s',
      async (naming) => {
        const models = [
          lenet({ inputShape: [16, 20, 2], batchNorm: true }),
          vgg({ depth: 11, width: 1 }),
          cifarResnet({ depth: 8, width: 2 }),
          resnet50({ width: 1, classes: 3 }),
        ] as readonly ModelWithStats[]
        for (const model of models) {
          const weights = { params: model.init(3), stats: model.initStats() }
          const file = await saveWeights(model, weights, { naming })
          const loaded = loadWeights(model, file, { naming })
          expect(values(loaded.params)).toEqual(values(weights.params))
          expect(values(loaded.stats)).toEqual(values(weights.stats))
          disposeTree([weights, loaded])
        }
      },
    )
  })
})

describe('the names of PyTorch', () => {
  it.each(Object.entries(vectors.names))('are those of %s, with its shapes', (title, expected) => {
    const model = title.endsWith('18') ? resnet18() : resnet50()
    const slots = weightSlots('loadWeights', model as ModelWithStats, { naming: 'pytorch' })
    expect(Object.fromEntries(slots.map(({ name, layout }) => [name, layout.shape]))).toEqual(expected)
  })

  it('of the other models', () => {
    const names = (model: unknown) =>
      weightSlots('', model as ModelWithStats, { naming: 'pytorch' }).map(
        ({ name, layout }) => `${name} ${layout.shape}`,
      )
    expect(names(vgg({ depth: 11, width: 1 })).slice(0, 5)).toEqual([
      'stage1.conv1.weight 1,3,3,3',
      'stage1.bn1.weight 1',
      'stage1.bn1.bias 1',
      'stage1.bn1.running_mean 1',
      'stage1.bn1.running_var 1',
    ])
    expect(names(mlp({ inputShape: [2, 2, 1], hidden: [3], classes: 2, batchNorm: true }))).toEqual([
      'dense1.weight 3,4',
      'dense1.normalization.weight 3',
      'dense1.normalization.bias 3',
      'dense1.normalization.running_mean 3',
      'dense1.normalization.running_var 3',
      'fc.weight 2,3',
      'fc.bias 2',
    ])
  })
})

describe('files that do not fit', () => {
  const model = mlp({ inputShape: [1, 1, 2], hidden: [3], classes: 2, batchNorm: true })
  const weights = { params: model.init(0), stats: model.initStats() }

  it('are refused with the names that are missing, unexpected and of another shape', async () => {
    const tensors = new Map(readSafetensors(await saveWeights(model, weights)).tensors)
    const kernel = tensors.get('dense1/kernel')!
    tensors.set('dense1/kernel', { ...kernel, shape: [3, 2] })
    tensors.set('logits/bias', { dtype: 'I32', shape: [2], bytes: new Uint8Array(8) })
    tensors.delete('dense1/normalization/mean')
    tensors.set('extra', { dtype: 'U8', shape: [], bytes: new Uint8Array(1) })
    const file = writeSafetensors(tensors)
    const error = expectNoLeak(() => thrown(() => loadWeights(model, file)))
    expect(error.code).toBe('WEIGHTS_MISMATCH')
    expect(error.message).toBe(
      'loadWeights: `bytes` must hold the weights of this mlp, got missing: dense1/normalization/mean; ' +
        'unexpected: extra; misshaped: dense1/kernel (F32 [3,2] where a float [2,3] is expected), ' +
        'logits/bias (I32 [2] where a float [2] is expected). Make the model with the options it was trained with, ' +
        'and say whose names the file has: { naming, rename }.',
    )
    expect((error.cause as WeightsMismatch).misshaped).toHaveLength(2)
  })

  it('name the first of many, and have all as their cause', async () => {
    const file = await saveWeights(model, weights)
    const other = cifarResnet()
    const error = thrown(() => loadWeights(other, file, { naming: 'pytorch' }))
    const { missing, unexpected } = error.cause as WeightsMismatch
    expect(missing).toHaveLength(2 + 5 * 19)
    expect(unexpected).toHaveLength(7)
    expect(error.message).toMatch(/missing: conv1.weight, bn1.weight, .*, and 89 more; unexpected: dense1\/kernel, /)
    // Counters are passed over in PyTorch's files only.
    const counter = new Map(readSafetensors(file).tensors)
    counter.set('bn1.num_batches_tracked', { dtype: 'I64', shape: [], bytes: new Uint8Array(8) })
    expect(thrown(() => loadWeights(model, writeSafetensors(counter))).message).toMatch(/unexpected: bn1.num_batches/)
    expect(thrown(() => loadWeights(model, file.subarray(1))).code).toBe('INVALID_FILE')
  })

  it('are not written: weights of another model, names that fall together, an unknown naming', async () => {
    const save = (given: object, options = {}) => saveWeights(model, { ...weights, ...given }, options)
    const message = "saveWeights: `weights` must have 3 float32 numbers at 'dense1/mean', got nothing."
    await expect(save({ stats: {} })).rejects.toThrow(message)
    const params = { ...weights.params, logits: { kernel: zeros([4, 2]), bias: zeros([2]) } }
    await expect(save({ params })).rejects.toThrow(/6 float32 numbers at 'logits\/kernel', got float32 \[4,2\]/)
    await expect(save({}, { rename: () => 'w' })).rejects.toThrow(/`rename` must keep names apart, got 'w' twice/)
    await expect(save({}, { naming: 'keras' })).rejects.toThrow(
      /`naming` must be one of 'gg' and 'pytorch', got 'keras'/,
    )
  })

  it('can be renamed', async () => {
    const rename = (name: string) => name.replace(/^fc\b/, 'linear')
    const options = { naming: 'pytorch', rename } as const
    const file = await saveWeights(model, weights, options)
    expect([...readSafetensors(file).tensors.keys()]).toContain('linear.weight')
    expect(readSafetensors(file).metadata.get('format')).toBe('pt')
    expect(values(loadWeights(model, file, options).params)).toEqual(values(weights.params))
  })
})
