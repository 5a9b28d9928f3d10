import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseTrainConfig } from '@gg/trainer'
import { describe, expect, it } from 'vitest'
import { runGg } from './run-gg.ts'
import { runsFolder } from './runs-folder.ts'

const unbuilt = !existsSync(fileURLToPath(new URL('../dist/gg.js', import.meta.url)))
const tiny = ['--limit', '96', '--batch-size', '40', '--epochs', '2']

const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'))
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const metricsOf = (folder: string) => lines(readFileSync(join(folder, 'metrics.jsonl'), 'utf8'))

describe.skipIf(unbuilt)(`gg${unbuilt ? ': skipped, build the packages to run it' : ''}`, () => {
  it.each([[['--help']], [['help', 'train']], [['list', '--help']]])('explains itself with %j', async (args) => {
    const { code, stdout, stderr } = await runGg(args)
    expect(stdout).toMatch(/^Usage: gg/)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('has an option for each setting, and examples', async () => {
    const { stdout } = await runGg(['train', '--help'])
    for (const setting of Object.keys(parseTrainConfig({}))) {
      const option =
        setting === 'learningRate' ? 'lr' : setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      expect(stdout).toContain(`--${option} <`)
    }
    expect(stdout).toMatch(/Examples:\n {2}gg train\n/)
  })

  it('knows its version', async () => {
    const { version } = json(fileURLToPath(new URL('../package.json', import.meta.url)))
    expect(await runGg(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('lists the names that exist', async () => {
    const { code, stdout } = await runGg(['list'])
    expect(code).toBe(0)
    for (const name of ['lenet', 'mnist', 'gate', 'adamw', 'warmup-cosine', 'wasm']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
    }
  })

  it.each([
    [['train', '--model', 'lenett'], "gg: --model must be one of lenet, mlp, got 'lenett'. Did you mean lenet?\n"],
    [['train', '--lr', 'fast'], "gg: --lr must be a number above 0, got 'fast'.\n"],
    [
      ['train', '--epochs', '0', '--seed', '-1'],
      'gg: --epochs must be a whole number of 1 or more, got 0.\n--seed must be a whole number of 0 or more, got -1.\n',
    ],
    [['train', '--modle', 'lenet'], "error: unknown option '--modle'\n(Did you mean --model?)\n"],
    [['train', 'lenet'], "error: too many arguments for 'train'. Expected 0 arguments but got 1.\n"],
    [['trian'], "error: unknown command 'trian'\n(Did you mean train?)\n"],
    [
      ['train', '--sites', 'conv9/*'],
      "gg: The pattern 'conv9/*' matches none of the sites of lenet: conv1/output, conv1/activation, conv1/pool, " +
        'conv2/output, conv2/activation, conv2/pool, dense1/output, dense1/activation, dense2/output, ' +
        'dense2/activation, logits/output.\n',
    ],
  ])('ends with 2 and one clean message for %j', async (args, message) => {
    const runs = runsFolder()
    const { code, stdout, stderr } = await runGg(args[0] === 'train' ? [...args, '--out', runs] : args)
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: message })
    expect(existsSync(runs)).toBe(false)
  })

  it('ends with 2 and its help without a command', async () => {
    const { code, stderr } = await runGg([])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^Usage: gg/)
  })

  it.each([
    [[], {}, 'no data folder is given'],
    [['--data-dir', '/nowhere'], {}, 'not in /nowhere/mnist'],
    [[], { GG_DATA_DIR: '/nowhere' }, 'not in /nowhere/mnist'],
  ])('ends with 1 and says which files to put where without MNIST, %j %j', async (args, env, where) => {
    const runs = runsFolder()
    const { code, stdout, stderr } = await runGg(['train', '--data', 'mnist', '--out', runs, ...args], { env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`gg: MNIST is not here: ${where}. Put train-images-idx3-ubyte.gz, `)
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(existsSync(runs)).toBe(false)
  })

  it('shows the stack with DEBUG', async () => {
    const { code, stderr } = await runGg(['train', '--data', 'mnist'], { env: { DEBUG: '1' } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/\n\s+at /)
  })

  it('trains, says how it goes in plain lines, and leaves a folder', async () => {
    const runs = runsFolder()
    const { code, stdout, stderr } = await runGg(['train', ...tiny, '--seed', '3', '--out', runs])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [name = ''] = readdirSync(runs)
    const folder = join(runs, name)
    expect(name).toMatch(/^\d{4}-\d\d-\d\d-\d{6}-lenet-glyphs-gate-3$/)
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'curves.svg', 'metrics.jsonl', 'run.json'])
    const [settings, sizes, ...rest] = stdout.trimEnd().split('\n')
    expect(settings).toBe('lenet on glyphs, gradient gate at conv1/output, conv2/output, adam 0.004, seed 3, on wasm')
    expect(sizes).toBe('96 training images, 2,000 test images, 61,706 parameters, epochs: 2, steps an epoch: 3')
    const number = String.raw`\d+\.\d{4}`
    const line = (n: number) =>
      new RegExp(
        `^epoch ${n}/2  train loss ${number}  test loss ${number}  test accuracy [\\d.]+ %  [\\d,]+ images/s  [\\d.]+ s$`,
      )
    expect(rest).toEqual([
      expect.stringMatching(line(1)),
      expect.stringMatching(line(2)),
      expect.stringMatching(/^completed, test accuracy [\d.]+ %$/),
      `curves: ${join(folder, 'curves.svg')}`,
      `run: ${folder}`,
    ])
    expect(json(folder, 'config.json')).toMatchObject({ limit: 96, batchSize: 40, epochs: 2, seed: 3 })
    expect(json(folder, 'run.json')).toMatchObject({ status: 'completed' })
    expect(metricsOf(folder).map(({ kind }) => kind)).toEqual([
      'step',
      'step',
      'step',
      'epoch',
      'step',
      'step',
      'step',
      'epoch',
    ])
  })

  it('prints the folder and nothing else with --quiet, and takes all settings', async () => {
    const runs = runsFolder()
    const settings = {
      model: 'mlp',
      gradient: 'gate',
      sites: 'dense1/*',
      gateNormalize: 'standardize',
      gateRescale: 'preserve-norm',
      optimizer: 'adamw',
      learningRate: 0.001,
      schedule: 'cosine',
      clip: 1,
      weightDecay: 0.01,
      batchSize: 48,
      epochs: 1,
      limit: 96,
      seed: 5,
      backend: 'cpu',
    } as const
    const options = Object.entries(settings).flatMap(([name, value]) => [
      name === 'learningRate' ? '--lr' : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      String(value),
    ])
    const { code, stdout, stderr } = await runGg(['train', ...options, '--out', runs, '--quiet'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [name = ''] = readdirSync(runs)
    expect(stdout).toBe(`${join(runs, name)}\n`)
    expect(json(runs, name, 'config.json')).toEqual({ ...settings, data: 'glyphs', dataDir: null })
  })

  it('prints events as lines of JSON with --json, the lines of the folder among them', async () => {
    const runs = runsFolder()
    const { code, stdout } = await runGg(['train', ...tiny, '--out', runs, '--json'])
    expect(code).toBe(0)
    const [start, ...events] = lines(stdout)
    const end = events.pop()
    const folder = join(runs, readdirSync(runs)[0] ?? '')
    expect(start).toMatchObject({ kind: 'start', parameters: 61_706, config: json(folder, 'config.json') })
    expect(end).toEqual({
      kind: 'end',
      status: 'completed',
      folder,
      curves: join(folder, 'curves.svg'),
      testAccuracy: events.at(-1).testAccuracy,
    })
    expect(events).toEqual(metricsOf(folder))
  })

  it('gives the same curve for the same seed in two processes', async () => {
    const curves = await Promise.all(
      [0, 0, 1].map(async (seed) => {
        const runs = runsFolder()
        await runGg(['train', ...tiny, '--seed', String(seed), '--out', runs, '--quiet'])
        const metrics = metricsOf(join(runs, readdirSync(runs)[0] ?? ''))
        return metrics.map(({ seconds: _, imagesPerSecond: __, ...rest }) => rest)
      }),
    )
    expect(curves[1]).toEqual(curves[0])
    expect(curves[2]).not.toEqual(curves[0])
  })

  it('ends with 1 when the loss is no number any more, says where, and keeps the metrics so far', async () => {
    const runs = runsFolder()
    const { code, stderr } = await runGg(['train', ...tiny, '--optimizer', 'sgd', '--lr', '1e30', '--out', runs])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^gg: Training diverged: the loss is (NaN|Infinity) at step 2 of epoch 1 .*--clip.*\n$/)
    const folder = join(runs, readdirSync(runs)[0] ?? '')
    expect(metricsOf(folder)).toEqual([expect.objectContaining({ kind: 'step', step: 1 })])
    expect(json(folder, 'run.json')).toMatchObject({ status: 'failed', message: expect.stringContaining('diverged') })
    expect(readdirSync(folder)).toContain('curves.svg')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('finishes the step at %s, writes what there is, and says where', async (signal, expected) => {
    const runs = runsFolder()
    let killed = false
    const { code, stdout, stderr } = await runGg(['train', '--limit', '2000', '--epochs', '1000', '--out', runs], {
      onOutput: (text, kill) => {
        if (killed || !text.includes('1/1000  train loss')) return
        killed = true
        kill(signal)
      },
    })
    expect({ code, stderr }).toEqual({ code: expected, stderr: '' })
    const folder = join(runs, readdirSync(runs)[0] ?? '')
    const last = stdout.trimEnd().split('\n').slice(-4)
    expect(last).toEqual([
      'stopping after this step',
      expect.stringMatching(/^stopped, test accuracy/),
      `curves: ${join(folder, 'curves.svg')}`,
      `run: ${folder}`,
    ])
    expect(json(folder, 'run.json')).toMatchObject({ status: 'stopped' })
    expect(metricsOf(folder).some(({ kind }) => kind === 'epoch')).toBe(true)
  })
})
