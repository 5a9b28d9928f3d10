import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runGg } from './run-gg.ts'
import { runsFolder } from './runs-folder.ts'

const unbuilt = !existsSync(fileURLToPath(new URL('../dist/gg.js', import.meta.url)))
const data = process.env['GG_DATA_DIR']
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')
const text = read('../README.md')

/** The words of a command line, of which those in single quotes stay together. */
const words = (line: string) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

/** The commands that stand in fences, with what is printed behind those that begin with `$`. */
const commands = [...(text + read('../../../README.md')).matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].flatMap(
  ([, language = '', block = '']) => {
    if (!['', 'sh', 'text'].includes(language)) return []
    const lines = block.replaceAll(/ \\\n\s*/g, ' ').split('\n')
    return lines.flatMap((line, i) => {
      const command = /^(?:\$ )?(?:npx )?gg (.*)$/.exec(line)?.[1]
      const printed = line.startsWith('$') ? lines.slice(i + 1) : []
      return command === undefined ? [] : [{ command, printed }]
    })
  },
)

describe.skipIf(unbuilt)(`the README${unbuilt ? ': skipped, build the packages to run it' : ''}`, () => {
  it('has commands', () => expect(commands.length).toBeGreaterThan(5))

  it.each(commands.filter(({ command }) => command.startsWith('train')))(
    'is right about gg $command',
    async (given) => {
      const needsData = given.command.includes('--data ')
      if (needsData && data === undefined) return
      const args = words(given.command).map((word) => (/^(~|path\/to)\/data$/.test(word) ? (data ?? '') : word))
      const failure = given.printed.find((line) => line.startsWith('gg: '))
      // The last one of an option that is given twice counts, and settings are what is looked at here.
      const length = args.includes('--epochs') ? ['--epochs', '1'] : ['--steps', '1']
      const short = failure === undefined ? ['--limit', '64', ...length] : []
      const { code, stdout, stderr } = await runGg(
        [...args, ...short, '--no-diagnostics', '--out', runsFolder()],
        data === undefined ? {} : { env: { GG_DATA_DIR: data } },
      )
      if (failure === undefined) {
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        const [settings] = given.printed
        if (settings !== undefined) expect(stdout.split('\n')[0]).toBe(settings)
      } else {
        const lines = given.printed.slice(given.printed.indexOf(failure)).filter((line) => line !== '')
        expect(stderr.trimEnd()).toBe(lines.join('\n'))
        expect(code).toBe(failure.includes('diverged') ? 1 : 2)
      }
    },
  )

  it('is right about all other commands, in a folder with runs', async () => {
    const cwd = runsFolder()
    mkdirSync(cwd, { recursive: true })
    const tiny = ['--limit', '64', '--epochs', '1', '--quiet', '--backend', 'cpu', '--model', 'mlp(hidden=[8])']
    for (const seed of ['0', '1']) {
      for (const at of [['--at', 'dense1/output=gate()'], []]) {
        expect((await runGg(['train', ...tiny, ...at, '--seed', seed], { cwd })).code).toBe(0)
      }
    }
    const run = `runs/${readdirSync(join(cwd, 'runs')).find((name) => name.includes('-gate-'))}`
    const others = commands.filter(({ command }) => !/^(train|<command>|--help)/.test(command))
    expect(new Set(others.map(({ command }) => command.split(' ')[0]))).toEqual(
      new Set(['compare', 'completion', 'doctor', 'evaluate', 'init', 'list', 'report', 'resume']),
    )
    for (const { command } of others) {
      // Where the output goes is the shell's.
      const args = words(command.replace(/ >>? .*/, '').replaceAll(/runs\/\d{4}-\S+/g, run)).map((word) =>
        word === '~/data' ? cwd : word,
      )
      const { code, stdout, stderr } = await runGg(args, { cwd })
      // What looks at WebGPU lets its library say what it thinks of the driver.
      const looks = args[0] === 'doctor' || command === 'list backends'
      expect({ command, code, stderr: looks ? '' : stderr }).toEqual({ command, code: 0, stderr: '' })
      expect(stdout).not.toBe('')
    }
  }, 120_000)

  it('has examples in the help of each command, whose options exist', async () => {
    const { stdout } = await runGg(['--help'])
    const names = [...stdout.matchAll(/^ {2}([a-z]+)(?= .* {2})/gm)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(8)
    for (const name of names.filter((name) => name !== 'help')) {
      const { code, stdout: help } = await runGg([name, '--help'])
      const [options = '', examples] = help.split('Examples:')
      expect({ name, code, has: examples !== undefined }).toEqual({ name, code: 0, has: true })
      const lines = (examples ?? '').split('\n').filter((line) => line.startsWith('  gg '))
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) {
        for (const [option] of line.replaceAll(/'[^']*'/g, '').matchAll(/--[a-z-]+/g)) expect(options).toContain(option)
      }
    }
  })

  it('names each command', async () => {
    const { stdout } = await runGg(['--help'])
    for (const [, name] of stdout.matchAll(/^ {2}([a-z]+)(?= .* {2})/gm)) {
      if (name !== 'help') expect(text).toContain(`| \`gg ${name}`)
    }
  })

  it('names each option of gg train', async () => {
    const { stdout } = await runGg(['train', '--help'])
    const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name = '']) => name)
    expect(options.length).toBeGreaterThan(25)
    for (const name of options) expect(text).toMatch(new RegExp(`\\| .*\`${name}[ \`]`))
  })

  it('has a file of settings that trains', async () => {
    const folder = runsFolder()
    mkdirSync(folder, { recursive: true })
    const [, code = ''] = /```ts\n(import \{ defineConfig \}[\s\S]*?)```/.exec(text) ?? []
    const file = join(fileURLToPath(new URL('.', import.meta.url)), 'gg.config.readme.ts')
    // Where `@gg/trainer` can be found, as in a project that has installed it.
    writeFileSync(file, code)
    try {
      const args = [
        '--config',
        file,
        '--data',
        'glyphs',
        '--model',
        'resnet8(width=2)',
        '--steps',
        '1',
        '--limit',
        '64',
      ]
      const { code: exit, stdout, stderr } = await runGg(['train', ...args, '--out', folder, '--no-diagnostics'])
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      expect(stdout.split('\n')[0]).toBe(
        'resnet8(width=2) on glyphs, stage*/**/output=lateralMask(sigma=1)+gate(), conv1/output=gate(), ' +
          'clipByGlobalNorm(1)+adamw 0.004, seed 0, on wasm',
      )
    } finally {
      rmSync(file)
    }
  })
})
