import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
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
    const flags: Readonly<Record<string, string>> = { diagnostics: '--no-diagnostics', tensorboard: '--tensorboard' }
    for (const setting of Object.keys(parseTrainConfig({}))) {
      const option =
        setting === 'learningRate' ? 'lr' : setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      expect(stdout).toContain(flags[setting] ?? `--${option} <`)
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
    [['train', '--model', 'lenett'], "gg: --model: 'lenett' is not known. Did you mean lenet?\n  lenett\n  ^\n"],
    [
      ['train', '--at', 'conv1/output=lateralMask(sgma=1)'],
      "gg: --at: lateralMask has no option 'sgma'. Did you mean sigma?\n" +
        '  conv1/output=lateralMask(sgma=1)\n                           ^\n',
    ],
    [['list', 'lateralmsk'], "gg: 'lateralmsk' is not known. Did you mean lateralMask?\n"],
    [['train', '--at', 'gate()'], "gg: --at must be pattern=chain, such as 'conv*/output=gate()', got 'gate()'.\n"],
    [['train', '--lr', 'fast'], "gg: --lr must be a number above 0, got 'fast'.\n"],
    [
      ['train', '--epochs', '0', '--seed', '-1'],
      'gg: --epochs must be a whole number of 1 or more, got 0.\n--seed must be a whole number of 0 or more, got -1.\n',
    ],
    [['train', '--modle', 'lenet'], "error: unknown option '--modle'\n(Did you mean --model?)\n"],
    [['train', 'lenet'], "error: too many arguments for 'train'. Expected 0 arguments but got 1.\n"],
    [['trian'], "error: unknown command 'trian'\n(Did you mean train?)\n"],
    [
      ['train', '--at', 'conv9/*=gate'],
      "gg: --at: 'conv9/*' matches none of the sites of lenet: conv1/output, conv1/activation, conv1/pool, " +
        'conv2/output, conv2/activation, conv2/pool, dense1/output, dense1/activation, dense2/output, ' +
        'dense2/activation, logits/output.\n  conv9/*=gate\n  ^\n',
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
    [['--data-dir', '/nowhere'], {}, 'got /nowhere/mnist without it'],
    [[], { GG_DATA_DIR: '/nowhere' }, 'got /nowhere/mnist without it'],
  ])('ends with 1 and says which files to put where without MNIST, %j %j', async (args, env, where) => {
    const runs = runsFolder()
    const { code, stdout, stderr } = await runGg(['train', '--data', 'mnist', '--out', runs, ...args], { env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^gg: mnist: `dir` must hold train-images-idx3-ubyte/)
    expect(stderr).toContain(where)
    expect(stderr).toContain('name the folder above it with --data-dir or GG_DATA_DIR, or let --download')
    expect(stderr).not.toMatch(/\n\s+at /)
    expect(existsSync(runs)).toBe(false)
  })

  it('shows the stack with DEBUG', async () => {
    const { code, stderr } = await runGg(['train', '--data', 'mnist'], { env: { DEBUG: '1', GG_DATA_DIR: '/nowhere' } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/\n\s+at /)
  })

  it('trains, says how it goes in plain lines, and leaves a folder', async () => {
    const runs = runsFolder()
    const { code, stdout, stderr } = await runGg([
      'train',
      ...tiny,
      '--at',
      'conv*/output=gate()',
      '--seed',
      '3',
      '--out',
      runs,
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [name = ''] = readdirSync(runs)
    const folder = join(runs, name)
    expect(name).toMatch(/^\d{4}-\d\d-\d\d-\d{6}-lenet-glyphs-gate-3$/)
    expect(readdirSync(folder).sort()).toEqual([
      'checkpoints',
      'config.json',
      'curves.svg',
      'metrics.jsonl',
      'report.html',
      'run.json',
    ])
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual([
      'best.safetensors',
      'step-000000003.safetensors',
      'step-000000006.safetensors',
    ])
    const [settings, sizes, ...rest] = stdout.trimEnd().split('\n')
    expect(settings).toBe('lenet on glyphs, conv*/output=gate(), adam 0.004, seed 3, on wasm')
    expect(sizes).toBe('96 training images, 2,000 test images, 61,706 parameters, epochs: 2, steps: 6')
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
      `report: ${join(folder, 'report.html')}`,
      `run: ${folder}`,
    ])
    expect(json(folder, 'config.json')).toMatchObject({ limit: 96, batchSize: 40, epochs: 2, seed: 3 })
    expect(json(folder, 'run.json')).toMatchObject({ status: 'completed' })
    expect(metricsOf(folder).map(({ kind }) => kind)).toEqual([
      'step',
      'step',
      'step',
      'epoch',
      'sites',
      'step',
      'step',
      'step',
      'epoch',
      'sites',
      'test',
    ])
  })

  it('prints the folder and nothing else with --quiet, and takes all settings', async () => {
    const runs = runsFolder()
    const settings = {
      model: 'mlp',
      optimizer: 'clipByGlobalNorm(1)+adamw(weightDecay=0.01)',
      learningRate: 0.001,
      schedule: 'cosine',
      warmup: 1,
      augment: 'crop(padding=2)+flip',
      labelSmoothing: 0.1,
      validation: 0.25,
      batchSize: 48,
      accumulate: 2,
      evalBatchSize: 500,
      epochs: 1,
      patience: 3,
      ema: 0.9,
      keep: 1,
      checkpointEvery: 1,
      imageSize: 32,
      limit: 96,
      seed: 5,
      backend: 'cpu',
    } as const
    const options = Object.entries(settings).flatMap(([name, value]) => [
      name === 'learningRate' ? '--lr' : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      String(value),
    ])
    const at = ['dense1/*=gate(normalize=standardize)', 'dense2/output=gate']
    options.push(...at.flatMap((text) => ['--at', text]))
    const { code, stdout, stderr } = await runGg(['train', ...options, '--no-diagnostics', '--out', runs, '--quiet'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [name = ''] = readdirSync(runs)
    expect(stdout).toBe(`${join(runs, name)}\n`)
    const looks = { diagnostics: false, tensorboard: false }
    const rest = { at, data: 'glyphs', dataDir: null, steps: null, threads: null, use: [], workers: 1, ...looks }
    expect(json(runs, name, 'config.json')).toEqual({ ...settings, ...rest })
  })

  it('takes settings from a file, before which options go', async () => {
    const runs = runsFolder()
    mkdirSync(runs, { recursive: true })
    const file = join(runs, 'settings.yaml')
    writeFileSync(file, 'model: mlp(hidden=[8])\nepochs: 5\nseed: 3\nbackend: cpu\nat:\n  dense1/output: gate()\n')
    const args = ['--config', file, '--steps', '2', '--seed', '4', '--limit', '64', '--out', join(runs, 'runs')]
    const { code, stdout, stderr } = await runGg(['train', ...args, '--quiet'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const expected = { model: 'mlp(hidden=[8])', epochs: null, steps: 2, seed: 4, at: ['dense1/output=gate()'] }
    expect(json(stdout.trim(), 'config.json')).toMatchObject(expected)
    writeFileSync(file, 'modle: lenet\n')
    const wrong = await runGg(['train', '--config', file])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(/^gg: A setting must be one of model, .*, got 'modle'\. Did you mean model\?\n$/)
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
      report: join(folder, 'report.html'),
      testAccuracy: events.findLast(({ kind }) => kind === 'epoch').testAccuracy,
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
    expect(stderr).toMatch(
      /^gg: Training diverged: the loss is (NaN|Infinity) at step 2, in epoch 1 .*clipByGlobalNorm.*\n$/,
    )
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
    const last = stdout.trimEnd().split('\n').slice(-6)
    expect(last).toEqual([
      'stopping after this step',
      expect.stringMatching(/^stopped, test accuracy/),
      `curves: ${join(folder, 'curves.svg')}`,
      `report: ${join(folder, 'report.html')}`,
      `run: ${folder}`,
      `go on with: gg resume ${folder}`,
    ])
    expect(json(folder, 'run.json')).toMatchObject({ status: 'stopped' })
    expect(metricsOf(folder).some(({ kind }) => kind === 'epoch')).toBe(true)
  })
})
