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
        "backend": "wasm",
        "batchSize": 64,
        "clip": null,
        "data": "glyphs",
        "dataDir": null,
        "epochs": 8,
        "gateNormalize": "none",
        "gateRescale": "none",
        "gradient": "gate",
        "learningRate": 0.004,
        "limit": null,
        "model": "lenet",
        "optimizer": "adam",
        "schedule": "warmup-cosine",
        "seed": 0,
        "sites": "conv*/output",
        "weightDecay": 0,
      }
    `)
  })

  it('leaves what it has made as it is, for every gradient and optimizer', () => {
    for (const gradient of ['gate', 'none'] as const) {
      for (const optimizer of ['adam', 'adamw', 'momentum', 'sgd'] as const) {
        const config = parseTrainConfig({ gradient, optimizer })
        expect(parseTrainConfig(JSON.parse(JSON.stringify(config)))).toEqual(config)
      }
    }
  })

  it('takes undefined for left out, as option parsers pass it', () => {
    expect(parseTrainConfig({ model: undefined, clip: undefined, sites: undefined })).toEqual(parseTrainConfig({}))
  })

  it('knows the sites of the hidden layers of each model, and none without shaping', () => {
    expect(parseTrainConfig({ model: 'lenet' }).sites).toBe('conv*/output')
    expect(parseTrainConfig({ model: 'mlp' }).sites).toBe('dense*/output')
    expect(parseTrainConfig({ gradient: 'none' }).sites).toBeNull()
  })

  it.each([
    [{ model: 'lenett' }, "`model` must be one of lenet, mlp, got 'lenett'. Did you mean lenet?"],
    [{ model: 'transformer' }, "`model` must be one of lenet, mlp, got 'transformer'."],
    [{ data: 'MNIST' }, "`data` must be one of glyphs, mnist, got 'MNIST'. Did you mean mnist?"],
    [{ gradient: 'gates' }, "`gradient` must be one of gate, none, got 'gates'. Did you mean gate?"],
    [{ optimizer: 7 }, "`optimizer` must be one of adam, adamw, momentum, sgd, got '7'."],
    [
      { schedule: 'cosin' },
      "`schedule` must be one of constant, cosine, linear, warmup-cosine, got 'cosin'. Did you mean cosine?",
    ],
    [{ backend: 'constructor' }, "`backend` must be one of wasm, cpu, got 'constructor'."],
    [{ gateRescale: 'norm' }, "`gateRescale` must be one of none, preserve-norm, got 'norm'."],
    [{ learningRate: 0 }, '`learningRate` must be a number above 0, got 0.'],
    [{ learningRate: 'fast' }, "`learningRate` must be a number above 0, got 'fast'."],
    [{ learningRate: Number.NaN }, '`learningRate` must be a number above 0, got NaN.'],
    [{ clip: -1 }, '`clip` must be a number above 0, got -1.'],
    [{ optimizer: 'sgd', weightDecay: -1 }, '`weightDecay` must be a number of 0 or more, got -1.'],
    [{ epochs: 0 }, '`epochs` must be a whole number of 1 or more, got 0.'],
    [{ epochs: 1.5 }, '`epochs` must be a whole number of 1 or more, got 1.5.'],
    [{ batchSize: '64' }, "`batchSize` must be a whole number of 1 or more, got '64'."],
    [{ seed: 2 ** 53 }, '`seed` must be a whole number of 0 or more, got 9007199254740992.'],
    [{ limit: 0 }, '`limit` must be a whole number of 1 or more, got 0.'],
    [{ dataDir: '' }, "`dataDir` must be text, got ''."],
    [{ weightDecay: 0.1 }, "`weightDecay` is not for the optimizer 'adam'. Use adamw."],
    [{ gradient: 'none', sites: 'conv1/*' }, "`sites` has no effect with the gradient 'none'. Leave it out."],
    [
      { gradient: 'none', gateRescale: 'preserve-norm' },
      "`gateRescale` has no effect with the gradient 'none'. Leave it out.",
    ],
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
