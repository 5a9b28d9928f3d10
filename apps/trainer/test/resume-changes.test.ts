import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newestCheckpoint, resumeRunFolder } from '@gg/trainer'
import { describe, expect, it } from 'vitest'
import { runGg } from './run-gg.ts'
import { runsFolder } from './runs-folder.ts'

const unbuilt = !existsSync(fileURLToPath(new URL('../dist/gg.js', import.meta.url)))
// Five steps an epoch, and the same learning rate for any length.
const settings = ['--limit', '100', '--batch-size', '20', '--schedule', 'constant', '--no-diagnostics', '--quiet']

const trained = async (...args: string[]) => {
  const { code, stdout, stderr } = await runGg(['train', ...settings, '--out', runsFolder(), ...args])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.trim()
}

const linesOf = (run: string) =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ({ ...JSON.parse(line), seconds: 0, imagesPerSecond: 0 }))

const statesOf = (run: string) => newestCheckpoint(run).checkpoint.states

describe.skipIf(unbuilt)(`gg resume with options${unbuilt ? ': skipped, build the packages to run it' : ''}`, () => {
  it.each([
    ['whole epochs', ['--epochs', '2'], ['--epochs', '4']],
    ['an epoch that was cut short', ['--steps', '7'], ['--steps', '20']],
    ['steps, and then epochs', ['--steps', '7'], ['--epochs', '4']],
    ['images that are held out', ['--validation', '0.2', '--epochs', '1'], ['--epochs', '3']],
  ])('goes on longer after %s, as a run that was meant to be so long', async (_, first, then) => {
    const run = await trained(...first)
    const { code, stdout, stderr } = await runGg(['resume', run, ...then, '--quiet', '--threads', '1'])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${run}\n`, stderr: '' })
    const whole = await trained(...first.filter((_, i) => first[0] === '--validation' && i < 2), ...then)
    expect(statesOf(run)).toEqual(statesOf(whole))
    expect(linesOf(run).filter(({ kind }) => kind !== 'step')).toEqual(
      linesOf(whole).filter(({ kind }) => kind !== 'step'),
    )
    const { resumed } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
    expect(resumed).toMatchObject([{ changed: { threads: 1 } }])
    expect(readdirSync(run)).not.toContain('lock')
  })

  it('refuses what the checkpoint is made of, with the reason, and leaves the run as it is', async () => {
    const run = await trained('--epochs', '2')
    const files = () =>
      ['config.json', 'run.json', 'metrics.jsonl'].map((name) => readFileSync(join(run, name), 'utf8'))
    const before = files()
    const refused = async (...args: string[]) => {
      const { code, stdout, stderr } = await runGg(['resume', run, ...args])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      return stderr
    }
    expect(await refused('--seed', '4', '--model', 'mlp')).toBe(
      'gg: --model cannot be another one than that of the run, "lenet": the weights are of that model. Begin a new run with gg train.\n' +
        '--seed cannot be another one than that of the run, 0: the first weights and the order of the images follow from it. Begin a new run with gg train.\n',
    )
    expect(await refused('--lr', '1')).toMatch(/^gg: --lr cannot be another one than that of the run, 0\.004: /)
    expect(await refused('--epochs', '2')).toBe(
      'gg: --epochs must be more than the 2 epochs that the run has behind it, got 2.\n',
    )
    expect(await refused('--steps', '10')).toContain('--steps must be more than the 10 steps')
    expect(await refused('--epochs', '3', '--threads', '0')).toContain('--threads must be a whole number of 1 or more')
    expect(await refused('--eposh', '3')).toContain('Did you mean --epochs?')
    expect(files()).toEqual(before)
    expect(() => resumeRunFolder(run, { epochs: 1 })).toThrow('`epochs` must be more than the 2 epochs')
  })

  it('takes data from where they have moved', async () => {
    const run = await trained('--epochs', '1')
    await runGg(['resume', run, '--epochs', '2', '--data-dir', 'elsewhere', '--quiet'])
    expect(JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'))).toMatchObject({
      epochs: 2,
      dataDir: expect.stringMatching(/^\/.*elsewhere$/),
    })
  })
})
