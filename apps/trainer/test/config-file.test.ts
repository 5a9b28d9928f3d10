import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { loadConfigFile } from '../src/config/load-config-file.ts'
import { runsFolder } from './runs-folder.ts'

const home = process.cwd()
afterEach(() => process.chdir(home))

/** A working folder with some files. */
const inFolder = (files: { readonly [name: string]: string }) => {
  const folder = runsFolder()
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  process.chdir(folder)
}

const settings = { model: 'resnet8', at: { 'stage1/**': 'gate()' }, batchSize: 32 }
const typescript = `type Settings = { readonly model: string }
const settings: Settings & Record<string, unknown> = { model: 'resnet8', at: { 'stage1/**': 'gate()' }, batchSize: 16 * 2 }
export default settings`

describe('a file of settings', () => {
  it.each([
    ['gg.config.ts', typescript],
    ['gg.config.js', `export default ${JSON.stringify(settings)}`],
    ['gg.config.mjs', `export default ${JSON.stringify(settings)}`],
    ['gg.config.json', JSON.stringify(settings)],
    ['gg.config.yaml', "model: resnet8\nat:\n  'stage1/**': gate()\nbatchSize: 32 # images\n"],
    ['gg.config.yml', JSON.stringify(settings)],
  ])('is found as %s', async (name, text) => {
    // A type of module, as a project would have, so that .js is one.
    inFolder({ [name]: text, 'package.json': '{ "type": "module" }' })
    expect(await loadConfigFile(undefined)).toEqual(settings)
  })

  it('is the one that is named', async () => {
    inFolder({ 'gg.config.json': '{}', 'other.yaml': 'seed: 3' })
    expect(await loadConfigFile('other.yaml')).toEqual({ seed: 3 })
  })

  it('need not be there', async () => {
    inFolder({})
    expect(await loadConfigFile(undefined)).toEqual({})
  })

  it.each([
    [
      { 'gg.config.json': '{', 'gg.config.yaml': '' },
      'There are gg.config.json and gg.config.yaml. Name one with --config.',
    ],
    [{ 'gg.config.json': '{' }, /^The settings in .*gg\.config\.json cannot be read: /],
    [{ 'gg.config.json': '[1]' }, 'gg.config.json must hold a record of settings, such as { model: "lenet" }.'],
    [{ 'gg.config.yaml': 'a: [' }, /^The settings in .*gg\.config\.yaml cannot be read: /],
    [{ 'gg.config.ts': 'export const model = 1' }, 'gg.config.ts must hold a record of settings'],
    [{ 'gg.config.mjs': 'throw new Error("no luck")' }, /gg\.config\.mjs cannot be read: no luck/],
  ])('is refused as %j', async (files, problem) => {
    inFolder(files)
    await expect(loadConfigFile(undefined)).rejects.toThrow(problem)
  })

  it('is refused when the one that is named is not there', async () => {
    await expect(loadConfigFile('/nowhere/gg.config.ts')).rejects.toThrow(
      /^The settings in \/nowhere\/gg\.config\.ts cannot/,
    )
  })
})
