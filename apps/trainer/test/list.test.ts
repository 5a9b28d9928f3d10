import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runGg } from './run-gg.ts'

const unbuilt = !existsSync(fileURLToPath(new URL('../dist/gg.js', import.meta.url)))
const list = async (...args: string[]) => {
  const { code, stdout } = await runGg(['list', ...args], { env: { PATH: '/nowhere', GG_TENSORFLOW: '/nowhere' } })
  expect(code).toBe(0)
  return stdout
}

describe.skipIf(unbuilt)(`gg list${unbuilt ? ': skipped, build the packages to run it' : ''}`, () => {
  it('says which backends start here, and why the others do not', async () => {
    const text = await list('backends')
    expect(text).toMatch(/^--backend\n {2}wasm +ok +starts in [\d.]+ s, [\d.]+ GFLOP\/s: WebAssembly/)
    expect(text).toMatch(/\n {2}cpu +ok +starts in /)
    expect(text).toMatch(/\n {2}tensorflow +missing +does not start: .*\/nowhere/)
    const { backends } = JSON.parse(await list('tensorflow', '--json'))
    expect(backends).toEqual([
      { name: 'tensorflow', state: 'missing', detail: expect.stringMatching(/^does not start: .*\/nowhere/) },
    ])
  })

  it.each([
    ['models', /^--model\n {2}mlp|\n {2}resnet8 +\w/],
    ['data', /\n {2}cifar10 +\w/],
    ['augmentations', /\n {2}crop +\w/],
    ['optimizers', /\n {2}adamw +\w/],
    ['transformations', /\n {2}lateralMask +\w/],
    ['schedules', /\n {2}warmup-cosine +\w[\s\S]*\n {2}cosineDecaySchedule +\w/],
    ['activations', /\n {2}accelerate +\w/],
    ['arguments', /\n {2}kernels +\w/],
  ])('knows the kind %s', async (kind, line) => {
    expect(await list(kind)).toMatch(line)
  })

  it('keeps optimizers and other transformations apart, and shows both without a name', async () => {
    const [optimizers, transformations, all] = await Promise.all([list('optimizers'), list('transformations'), list()])
    expect(optimizers).not.toContain('\n  lateralMask ')
    expect(transformations).not.toContain('\n  adamw ')
    for (const name of ['adamw', 'lateralMask', 'resnet8', 'webgpu']) expect(all).toContain(`\n  ${name} `)
  })

  it('tells of names without options too, and suggests the nearest', async () => {
    expect(await list('glyphs')).toMatch(/^glyphs\n {2}digits anywhere/)
    const { code, stderr } = await runGg(['list', 'backnds'])
    expect({ code, stderr }).toEqual({ code: 2, stderr: "gg: 'backnds' is not known. Did you mean backends?\n" })
  })
})
