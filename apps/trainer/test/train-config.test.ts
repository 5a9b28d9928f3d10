import { parseTrainConfig, TrainingError } from '@gg/trainer'
import { describe, expect, it } from 'vitest'

const message = (input: unknown): string => {
  try {
    parseTrainConfig(input)
  } catch (error) {
    if (error instanceof TrainingError && error.code === 'INVALID_CONFIG') return error.message
    throw error
  }
  return 'accepted'
}

describe('parseTrainConfig', () => {
  it('fills in all that is left out', () => {
    expect(parseTrainConfig({})).toMatchInlineSnapshot(`
      {
        "accumulate": 1,
        "at": [],
        "augment": null,
        "backend": "wasm",
        "batchSize": 64,
        "checkpointEvery": null,
        "data": "glyphs",
        "dataDir": null,
        "diagnostics": false,
        "ema": null,
        "epochs": 8,
        "evalBatchSize": 256,
        "imageSize": 64,
        "keep": 2,
        "labelSmoothing": 0,
        "learningRate": null,
        "limit": null,
        "model": "lenet",
        "optimizer": "adam",
        "patience": null,
        "schedule": null,
        "seed": 0,
        "steps": null,
        "tensorboard": false,
        "threads": null,
        "use": [],
        "validation": null,
        "warmup": null,
        "workers": 1,
      }
    `)
  })

  it('leaves what it has made as it is', () => {
    const inputs = [{}, { steps: 5 }, { at: { 'conv1/*': 'gate()', '**': 'clip(1)' }, use: './a.js', ema: 0.9 }]
    for (const input of inputs) {
      const config = parseTrainConfig(input)
      expect(parseTrainConfig(JSON.parse(JSON.stringify(config)))).toEqual(config)
    }
  })

  it('takes chains at sites as a record, a list or one text', () => {
    const at = ['conv1/*=gate()']
    expect(parseTrainConfig({ at: { 'conv1/*': 'gate()' } }).at).toEqual(at)
    expect(parseTrainConfig({ at: at[0] }).at).toEqual(at)
    expect(parseTrainConfig({ at }).at).toEqual(at)
  })

  it('takes undefined for left out, as option parsers pass it', () => {
    expect(parseTrainConfig({ model: undefined, at: undefined, steps: undefined })).toEqual(parseTrainConfig({}))
  })

  it.each([
    [
      { data: 'MNIST' },
      "`data` must be one of glyphs, mnist, fashion-mnist, cifar10, cifar100, cifar100-coarse, svhn, folder, got 'MNIST'. Did you mean mnist?",
    ],
    [{ optimizer: 7 }, '`optimizer` must be text, got 7.'],
    [
      { schedule: 'cosin' },
      "`schedule` must be one of constant, cosine, linear, warmup-cosine, got 'cosin'. Did you mean cosine?",
    ],
    [
      { backend: 'constructor' },
      "`backend` must be one of wasm, cuda, tensorflow, webgpu, cpu, auto, got 'constructor'.",
    ],
    [{ learningRate: 0 }, '`learningRate` must be a number above 0, got 0.'],
    [{ learningRate: 'fast' }, "`learningRate` must be a number above 0, got 'fast'."],
    [{ learningRate: Number.NaN }, '`learningRate` must be a number above 0, got NaN.'],
    [{ epochs: 0 }, '`epochs` must be a whole number of 1 or more, got 0.'],
    [{ epochs: 1.5 }, '`epochs` must be a whole number of 1 or more, got 1.5.'],
    [{ batchSize: '64' }, "`batchSize` must be a whole number of 1 or more, got '64'."],
    [{ seed: 2 ** 53 }, '`seed` must be a whole number of 0 or more, got 9007199254740992.'],
    [{ limit: 0 }, '`limit` must be a whole number of 1 or more, got 0.'],
    [{ dataDir: '' }, "`dataDir` must be text, got ''."],
    [{ at: 'gate()' }, "`at` must be pattern=chain, such as 'conv*/output=gate()', got 'gate()'."],
    [{ at: 7 }, '`at` must be a list of texts, got 7.'],
    [{ ema: 1 }, '`ema` must be a number of 0 or more and below 1, got 1.'],
    [{ labelSmoothing: -0.1 }, '`labelSmoothing` must be a number of 0 or more and below 1, got -0.1.'],
    [{ epochs: 1, steps: 1 }, '`epochs` and `steps` both say how long. Leave one of them out.'],
    [null, 'The settings must be a record, such as { model: "lenet" }.'],
  ])('refuses %j', (input, expected) => {
    expect(message(input)).toBe(expected)
  })

  it('names a setting that does not exist, and the one that was meant', () => {
    expect(message({ epoch: 3 })).toMatch(/^A setting must be one of model, .*, got 'epoch'\. Did you mean epochs\?$/)
  })

  it('says all that is wrong at once', () => {
    expect(message({ epochs: 0, seed: -1 }).split('\n')).toHaveLength(2)
  })

  it('calls settings as it is told', () => {
    expect(() => parseTrainConfig({ batchSize: 0 }, (setting) => `<${setting}>`)).toThrow(
      '<batchSize> must be a whole number of 1 or more, got 0.',
    )
  })
})
