import '@gg/core/register-gradients'
import '@gg/wasm-kernels/register'
import { chain, disposeTree, statelessWithTreeMap, type Tree } from '@gg/core'
import { batches, glyphs, toTensors } from '@gg/data'
import { createSites, lenet, type ModelWithStats, type Sites } from '@gg/models'
import { trace } from '@gg/optim'
import { memory, mul, oneHot, ready, setBackend, softmax, sub } from '@tensorflow/tfjs-core'
import { decode } from 'fast-png'
import { beforeAll, describe, expect, it } from 'vitest'
import { judgeTestImages } from '../src/report/judge-test-images.ts'
import { observeSites } from '../src/report/observe-sites.ts'
import { evaluate } from '../src/training/evaluate.ts'
import { partGradient } from '../src/training/part-gradient.ts'

const train = glyphs({ size: 300, split: 'train' })
const normalization = { mean: [0.14], std: [0.15] }
const model = lenet({ inputShape: train.shape, classes: 10 }) as ModelWithStats
const half = statelessWithTreeMap((g) => mul(g, 0.5))
const problemWith = (sites: Sites | undefined) => ({ model, sites, normalization, labelSmoothing: 0 })
const looked = { images: train, batchSize: 64 }
let weights: { readonly params: Tree; readonly stats: { readonly [name: string]: never } }

beforeAll(async () => {
  await setBackend('wasm')
  await ready()
  weights = { params: model.init(0), stats: {} }
})

describe('observeSites', () => {
  it('sees the gradient of the mean loss of a batch, in front of activations and at the logits', async () => {
    const { images, sites } = await observeSites({
      ...looked,
      problem: problemWith(undefined),
      twin: undefined,
      weights,
    })
    // Whole batches until there are 256 images.
    expect(images).toBe(256)
    expect(sites.map(({ name }) => name)).toEqual([
      'conv1/output',
      'conv2/output',
      'dense1/output',
      'dense2/output',
      'logits/output',
    ])
    expect(sites.map(({ net }) => net)).toEqual([true, true, true, true, false])
    expect(sites.every(({ shaped }) => shaped === undefined)).toBe(true)
    // At the logits the gradient is known: (softmax - one-hot) / batch size.
    let total = 0
    for (const batch of [...batches(train, { batchSize: 64, shuffle: false })].slice(0, 4)) {
      const { images: pixels, labels } = toTensors(batch, normalization)
      const { logits } = model.applyWithStats(weights.params, weights.stats, pixels)
      const gradient = sub(softmax(logits), oneHot(labels, 10, 1, 0, 'float32')).dataSync() as Float32Array
      total += gradient.reduce((sum, g) => sum + Math.abs(g), 0) / 64
    }
    expect(sites.at(-1)?.flow.meanAbs).toBeCloseTo(total / 2560, 7)
    expect(sites.at(-1)?.flow.kept).toBe(1)
    // What ReLU stops is 0, and the net values below 0 are what it stops, up to max pooling.
    const dense = sites.find(({ name }) => name === 'dense1/output')
    expect(dense?.flow.kept).toBeCloseTo(1 - (dense?.negative ?? 0), 2)
    const { fractions, below, above, nan } = dense?.histogram ?? { fractions: [], below: 0, above: 0, nan: 0 }
    expect(fractions.reduce((sum, x) => sum + x, below + above + nan)).toBeCloseTo(1, 3)
  })

  it('sees what goes on from a site that shapes, and what that means for the layers in front', async () => {
    const sites = createSites(model.sites, { 'dense1/output': half })
    const twin = createSites(model.sites, { 'dense1/output': half })
    const plain = await observeSites({ ...looked, problem: problemWith(undefined), twin: undefined, weights })
    const shaped = await observeSites({ ...looked, problem: problemWith(sites), twin, weights })
    for (const [i, site] of shaped.sites.entries()) {
      const before = plain.sites[i]?.flow.meanAbs ?? Number.NaN
      const factor = site.name.startsWith('conv') ? 0.5 : 1
      expect(site.flow.meanAbs / before).toBeCloseTo(factor, 3)
    }
    expect(shaped.sites.filter((site) => site.shaped !== undefined).map(({ name }) => name)).toEqual(['dense1/output'])
    const dense = shaped.sites.find(({ name }) => name === 'dense1/output')
    expect((dense?.shaped?.meanAbs ?? 0) / (dense?.flow.meanAbs ?? 0)).toBeCloseTo(0.5, 3)
    sites.dispose()
    twin.dispose()
  })

  it('uses the memory of the sites as it is, leaves it so, and leaves no tensor behind', async () => {
    const place = () => createSites(model.sites, { 'dense2/output': chain(trace(0.9)) })
    const [sites, twin] = [place(), place()]
    const problem = problemWith(sites)
    const first = async () => observeSites({ ...looked, problem, twin, weights })
    const fresh = await first()
    const [batch] = batches(train, { batchSize: 64 })
    if (batch === undefined) throw new Error('no batch')
    const { loss, grads } = partGradient(problem, weights, batch, 64, 0)
    disposeTree([loss, grads])
    const saved = await sites.save()
    const warm = await first()
    const count = memory().numTensors
    const again = await first()
    expect(memory().numTensors).toBe(count)
    expect(await sites.save()).toEqual(saved)
    expect(again).toEqual(warm)
    const at = (seen: typeof warm) => seen.sites.find(({ name }) => name === 'dense2/output')?.shaped?.meanAbs ?? 0
    expect(at(warm)).not.toBe(at(fresh))
    sites.dispose()
    twin.dispose()
  })

  it('sees the same in parts of a batch, and takes all images where there are few', async () => {
    const few = glyphs({ size: 50, split: 'train' })
    const options = { problem: problemWith(undefined), twin: undefined, weights, images: few, batchSize: 50 }
    const whole = await observeSites(options)
    const parts = await observeSites({ ...options, accumulate: 2 })
    expect(whole.images).toBe(50)
    expect(parts.sites.map(({ flow }) => flow.meanAbs)).toBeAllClose(
      whole.sites.map(({ flow }) => flow.meanAbs),
      // Five digits are kept.
      { rtol: 1e-4 },
    )
  })
})

describe('judgeTestImages', () => {
  it('counts what is taken for what, as evaluate does, and keeps the surest mistakes with their pictures', async () => {
    const test = glyphs({ size: 200, split: 'test' })
    const judged = await judgeTestImages(model, weights, test, { normalization, batchSize: 64 })
    const evaluated = await evaluate(model, weights, test, { normalization })
    const right = judged.confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0)
    expect(right / 200).toBe(evaluated?.accuracy)
    const perClass = Array.from({ length: 10 }, (_, label) => test.labels.filter((one) => one === label).length)
    expect(judged.confusion.map((row) => row.reduce((sum, n) => sum + n, 0))).toEqual(perClass)
    expect(judged.classNames).toEqual(test.classNames)
    const { mistakes } = judged
    expect(mistakes).toHaveLength(24)
    expect(mistakes.map(({ probability }) => probability)).toEqual(
      mistakes.map(({ probability }) => probability).sort((a, b) => b - a),
    )
    for (const { index, label, predicted, probability, labelProbability, png } of mistakes) {
      expect(label).toBe(test.labels[index])
      expect(predicted).not.toBe(label)
      expect(probability).toBeGreaterThanOrEqual(labelProbability)
      const picture = decode(Buffer.from(png, 'base64'))
      expect([picture.width, picture.height]).toEqual([32, 32])
      expect([...picture.data]).toEqual([...test.images.subarray(1024 * index, 1024 * (index + 1))])
    }
    // No other mistake is surer than the last one that is kept.
    const surest = [...batches(test, { batchSize: 200, shuffle: false })].flatMap((batch) => {
      const { images } = toTensors(batch, normalization)
      const all = softmax(model.applyWithStats(weights.params, weights.stats, images).logits).arraySync() as number[][]
      return all.flatMap((own, i) => (own.indexOf(Math.max(...own)) === test.labels[i] ? [] : [Math.max(...own)]))
    })
    expect(surest.sort((a, b) => b - a)[23]).toBeCloseTo(mistakes[23]?.probability ?? 0, 4)
  })

  it('makes pictures smaller that are large', async () => {
    const { encodeThumbnail } = await import('../src/report/encode-thumbnail.ts')
    const pixels = Uint8Array.from({ length: 200 * 100 * 3 }, (_, i) => i % 256)
    const picture = decode(Buffer.from(encodeThumbnail(pixels, [200, 100, 3]), 'base64'))
    expect([picture.width, picture.height, picture.channels]).toEqual([25, 50, 3])
    expect([...picture.data.slice(0, 6)]).toEqual([...pixels.slice(0, 3), ...pixels.slice(12, 15)])
  })
})
