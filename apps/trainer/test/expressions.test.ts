import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gate } from '@gg/gating'
import { clipByGlobalNorm } from '@gg/optim'
import { TrainingError } from '@gg/trainer'
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signatures } from '../scripts/write-signatures.mjs'
import { chainOf } from '../src/expressions/chain-of.ts'
import { evaluateExpression } from '../src/expressions/evaluate-expression.ts'
import { loadUserModules } from '../src/expressions/load-user-modules.ts'
import { namesInChain } from '../src/expressions/names-in-chain.ts'
import { SIGNATURES } from '../src/expressions/signature.ts'
import { createVocabulary, type UserModules } from '../src/expressions/vocabulary.ts'
import { runsFolder } from './runs-folder.ts'

/** What a call got, so that a test can look at it. */
const heard: unknown[] = []
const modules: UserModules = [
  {
    echo: (...args: readonly unknown[]) => {
      heard.push(args)
      return args
    },
    shout: 'LOUD',
    half: { init: () => ({}), update: (updates: unknown) => [updates, {}] },
  },
]
const vocabulary = createVocabulary(modules)
const source = (text: string) => ({ label: '--at', text, offset: 0 })
const evaluate = (text: string) =>
  evaluateExpression(source(text), { vocabulary, numbers: { steps: 1000 } }).map(({ value }) => value)
const argumentsOf = (text: string) => evaluate(`echo(${text})`)[0]
const message = (text: string): string => {
  try {
    evaluate(text)
  } catch (error) {
    if (error instanceof TrainingError && error.code === 'INVALID_CONFIG') return error.message
    throw error
  }
  return 'understood'
}

describe('expressions', () => {
  it.each([
    ['1, -2.5, 1e-3, 0.05 * steps, (1 + 2) / 4 - 1, Infinity', [1, -2.5, 1e-3, 50, -0.25, Number.POSITIVE_INFINITY]],
    ['true, false, null, \'a b\', "c"', [true, false, null, 'a b', 'c']],
    ['standardize, preserve-norm, hard-sigmoid', ['standardize', 'preserve-norm', 'hard-sigmoid']],
    ["[1, [2]], { a: 1, 'b c': { d: x } }", [[1, [2]], { a: 1, 'b c': { d: 'x' } }]],
    ['round(0.0512 * steps)', [51]],
    ['1, a=2, b=[3]', [1, { a: 2, b: [3] }]],
    ['shout', ['LOUD']],
  ])('read the arguments %s', (text, expected) => {
    expect(argumentsOf(text)).toEqual(expected)
  })

  it('call names without brackets where they make something, and hand other functions on', () => {
    const [mask, globalNorm, transformation] = argumentsOf('kernels, globalNorm, gate') as readonly unknown[]
    expect(mask).toBeTypeOf('function')
    expect(globalNorm).toBeTypeOf('function')
    expect(transformation).toMatchObject({ init: expect.any(Function), update: expect.any(Function) })
  })

  it('hand parameters and options to functions as they take them, by place or by name', () => {
    const chains = ['clipByGlobalNorm(2)', 'clipByGlobalNorm(maxNorm=2)', 'clipByGlobalNorm(1 + 1)']
    const update = tensor1d([3, 4])
    for (const text of chains) {
      const [updates] = chainOf(
        evaluateExpression(source(text), { vocabulary, numbers: {} }),
        source(text),
      ).update<Tensor>(update, {})
      const [expected] = clipByGlobalNorm(2).update<Tensor>(update, {})
      expect(updates.dataSync()).toEqual(expected.dataSync())
      updates.dispose()
      expected.dispose()
    }
    update.dispose()
  })

  it('chain with + and with commas, in order, and flat', () => {
    for (const text of [
      'zeroNans+gate(rescale=preserve-norm)+clip(1)',
      'zeroNans, gate(rescale="preserve-norm"), clip(1)',
    ]) {
      expect(evaluate(text)).toHaveLength(3)
      const { init } = chainOf(evaluateExpression(source(text), { vocabulary, numbers: {} }), source(text))
      expect(init({})).toHaveLength(3)
    }
    // A chain as an argument is one transformation.
    const [[inner, every]] = evaluate('echo(clip(1)+adam(1e-3), 4)') as [
      [{ init(p: object): readonly unknown[] }, number],
    ]
    expect(inner.init({})).toHaveLength(2)
    expect(every).toBe(4)
  })

  it('are the same transformations as those of the packages', () => {
    const x = tensor1d([1, -2, 3])
    const [mine] = chainOf(
      evaluateExpression(source('gate(temperature=2)'), { vocabulary, numbers: {} }),
      source(''),
    ).update<Tensor>(x, {}, x)
    const [theirs] = gate({ temperature: 2 }).update<Tensor>(x, {}, x)
    expect(mine.dataSync()).toEqual(theirs.dataSync())
    for (const tensor of [x, mine, theirs]) tensor.dispose()
  })

  it('make what they are said to make, each name that needs nothing', () => {
    const free = Object.entries(SIGNATURES).filter(([, { parameters, options = {} }]) => {
      const needed = Object.values(options).some((type) => type.endsWith(', needed'))
      return !needed && parameters.every(({ required }) => !required)
    })
    expect(free.length).toBeGreaterThan(50)
    for (const [name, { kind }] of free) {
      const [value] = evaluate(name)
      if (kind === 'transformation') expect(value, name).toMatchObject({ init: expect.any(Function) })
      else if (kind === 'shape') expect(value, name).toBeTypeOf('object')
      else expect(value, name).toBeTypeOf('function')
    }
    for (const [name, { package: of }] of Object.entries(SIGNATURES)) {
      expect(vocabulary.get(name)?.value, `${name} of ${of}`).toBeTypeOf('function')
    }
  })

  it('choose weights by pattern', () => {
    const [mask] = argumentsOf("weights('conv*/**')") as [(path: string) => boolean]
    expect([mask('conv1/kernel'), mask('logits/bias')]).toEqual([true, false])
  })

  it.each([
    ['gat()', "'gat' is not known. Did you mean gate?", 0],
    ['gate()+lateralMsk', "'lateralMsk' is not known. Did you mean lateralMask?", 7],
    ['xyzzy()', "'xyzzy' is not known. gg list shows all names; --use adds those of a module.", 0],
    ['gate(', 'something is missing at the end.', 5],
    ['gate())', "')' is not understood here.", 6],
    ['gate() gate()', "'g' is not understood here.", 7],
    ['', 'something is missing at the end.', 0],
    ['gate(normalise=none)', "gate has no option 'normalise'. Did you mean normalize?", 5],
    ['gate(normalize=none, normalize=none)', 'normalize is given twice.', 21],
    ['clip(1, maxDelta=2)', 'maxDelta is given twice.', 8],
    [
      'gate(1)',
      'gate takes options with names only: gate(variant=?, normalize=?, rescale=?, eps=?, activation=?, temperature=?).',
      5,
    ],
    ['clip(1, 2)', 'clip takes 1 without a name: clip(maxDelta).', 8],
    ['adamw(b1=0.9, 1e-3)', 'options with a name come last.', 14],
    ['clip()', 'clip needs maxDelta: clip(maxDelta=...).', 0],
    ['randomMask()', 'randomMask needs keep: randomMask(keep=...).', 0],
    ['clip(-1)', 'clip: `maxDelta` must be', 0],
    ['clip(-a)', "a number is expected here, got 'a'.", 6],
    ['clip(2 * gate)', 'a number is expected here, got a record.', 9],
    ['a = 1', 'an option with a name may stand between the brackets of a call only.', 0],
    ['gate.call()', 'a name is expected before the brackets.', 0],
    ['echo(() => 1)', 'names, calls, numbers, texts, lists and + are understood here.', 5],
    ['echo(...x)', 'names, calls, numbers, texts, lists and + are understood here.', 5],
    ['echo({ ...x })', 'a record is written as { name: value }.', 7],
    ['echo([1,,2])', 'a list must not have gaps.', 5],
    ['echo(a += 1)', 'an option is written as name=value.', 5],
    ['echo(/x/)', 'numbers, texts, true, false and null are understood here.', 5],
    ['shout()', 'shout takes no brackets.', 0],
  ])('point at what is wrong in %s', (text, problem, position) => {
    const [first, shown, pointer] = message(text).split('\n')
    expect(first).toContain(`--at: ${problem}`)
    expect(shown).toBe(`  ${text}`)
    expect(pointer).toBe(`  ${' '.repeat(position)}^`)
  })

  it('never run what is written, and always end in a value or a sentence', () => {
    const pieces = fc.constantFrom(
      'gate',
      'clip',
      '(',
      ')',
      ',',
      '+',
      '=',
      '1',
      'x',
      '[',
      ']',
      '{',
      '}',
      ':',
      "'",
      '.',
      '=>',
      '`',
      ' ',
      'process',
      'exit',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        message(parts.join(''))
      }),
      { numRuns: 500 },
    )
  })

  it('speak of chains that are not transformations', () => {
    expect(() =>
      chainOf(evaluateExpression(source('gate()+relu-x'), { vocabulary, numbers: {} }), source('gate()+relu-x')),
    ).toThrow(/is not known/)
    const text = 'gate()+kernels'
    expect(() => chainOf(evaluateExpression(source(text), { vocabulary, numbers: {} }), source(text))).toThrow(
      '--at: a gradient transformation is expected here, got a function.\n  gate()+kernels\n         ^',
    )
  })

  it('have names for titles and folders', () => {
    expect(namesInChain('lateralMask(sigma=1, threshold=max)+gate')).toEqual(['lateralMask', 'gate'])
    expect(namesInChain('crop,flip')).toEqual(['crop', 'flip'])
  })
})

describe('modules of the user', () => {
  const write = (name: string, text: string) => {
    const file = join(runsFolder(), '..', '..', name)
    writeFileSync(file, text)
    return file
  }

  it('are JavaScript or TypeScript, and go before ours', async () => {
    const js = write('mine.mjs', 'export const gate = () => "mine"\nexport default 1')
    const ts = write('mine.ts', 'export const half = (x: number): number => x / 2')
    const loaded = await loadUserModules([js, ts], '--use')
    const context = { vocabulary: createVocabulary(loaded), numbers: {} }
    const values = evaluateExpression(source('gate(), half(3), clip(1)'), context).map(({ value }) => value)
    expect(values).toEqual(['mine', 1.5, expect.objectContaining({ init: expect.any(Function) })])
  })

  it('are named when they cannot be loaded', async () => {
    const broken = write('broken.mjs', 'export const = 1')
    await expect(loadUserModules([broken], '--use')).rejects.toThrow(/^--use '.*broken\.mjs' cannot be loaded: /)
    await expect(loadUserModules(['./nowhere.mjs'], '--use')).rejects.toThrow(
      /^--use '\.\/nowhere\.mjs' cannot be loaded/,
    )
  })
})

it('knows the signatures that the packages have now: node scripts/write-signatures.mjs writes them', () => {
  const file = fileURLToPath(new URL('../src/expressions/signatures.json', import.meta.url))
  // A summary that was reworded since is no reason to stop.
  const calls = (of: object) => JSON.stringify(of, (key, value) => (key === 'summary' ? undefined : value), 1)
  expect(calls(JSON.parse(readFileSync(file, 'utf8')))).toBe(calls(signatures()))
})
