import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runInProcess } from './report-run-in-process.ts'
import { GG, runGg } from './run-gg.ts'
import { runsFolder } from './runs-folder.ts'

/** What a shell offers behind these words, without the descriptions. */
const offered = async (...words: readonly string[]) => {
  const { stdout } = await runInProcess('complete', '--', ...words)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.pop()).toMatch(/^:\d+$/)
  return lines.map((line) => line.split('\t')[0])
}

describe('gg complete', () => {
  it('offers commands', async () => {
    const names = ['train', 'resume', 'evaluate', 'compare', 'report', 'list', 'doctor', 'init', 'completion', 'help']
    expect(await offered('')).toEqual(names)
    expect(await offered('co')).toEqual(['compare', 'completion'])
  })

  it('offers the options of a command', async () => {
    expect(await offered('train', '--ba')).toEqual(['--batch-size', '--backend'])
    expect(await offered('compare', '--')).toEqual(['--json', '--svg', '--html', '--help'])
  })

  it('offers what can stand behind an option', async () => {
    expect(await offered('train', '--model', 'resnet')).toEqual([
      'resnet8',
      'resnet14',
      'resnet20',
      'resnet32',
      'resnet18',
      'resnet50',
    ])
    expect(await offered('train', '--backend', 'w')).toContain('wasm')
    expect(await offered('train', '--data', 'cifar10')).toEqual(['cifar10', 'cifar100', 'cifar100-coarse'])
    expect(await offered('train', '--schedule', 'warm')).toEqual(['warmup-cosine'])
    expect(await offered('train', '--optimizer', 'adamw')).toContain('adamw')
  })

  it('offers names to list, shells, and the runs that are here', async () => {
    expect(await offered('list', 'lateral')).toContain('lateralMask')
    expect(await offered('completion', '')).toEqual(['zsh', 'bash', 'fish', 'powershell'])
    const folder = runsFolder()
    mkdirSync(join(folder, 'runs', 'one'), { recursive: true })
    mkdirSync(join(folder, 'runs', 'two'))
    const before = process.cwd()
    onTestFinished(() => process.chdir(before))
    process.chdir(folder)
    for (const command of ['resume', 'report', 'compare', 'evaluate']) {
      expect(await offered(command, '')).toEqual([join('runs', 'one'), join('runs', 'two')])
    }
  })

  it('has a line of description for each', async () => {
    const { stdout } = await runInProcess('complete', '--', '')
    for (const line of stdout.trimEnd().split('\n').slice(0, -1)) expect(line).toMatch(/^\S+\t\S.*$/)
  })
})

const unbuilt = !existsSync(fileURLToPath(new URL('../dist/gg.js', import.meta.url)))
describe.skipIf(unbuilt)(`gg completion${unbuilt ? ': skipped, build the packages to run it' : ''}`, () => {
  it.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s', async (shell) => {
    const { code, stdout, stderr } = await runGg(['completion', shell])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.includes('gg')).toBe(true)
    expect(stdout.includes('complete')).toBe(true)
  })

  it('works in bash', async () => {
    const folder = runsFolder()
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'gg.bash'), (await runGg(['completion', 'bash'])).stdout)
    // What the package bash-completion would do, for words without colons and equals signs.
    const script = `
      gg() { '${process.execPath}' '${GG}' "$@"; }
      _get_comp_words_by_ref() { words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur="\${words[$cword]}"; prev="\${words[$((cword - 1))]}"; }
      compopt() { :; }
      source '${join(folder, 'gg.bash')}'
      COMP_WORDS=(gg train --model mlp --sched); COMP_CWORD=4
      __gg_complete
      printf '%s\\n' "\${COMPREPLY[@]}"`
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toMatch(/^--schedule/)
  })

  it('ends with 2 for another shell, and has examples in its help', async () => {
    const { code, stderr } = await runGg(['completion', 'tcsh'])
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('zsh, bash, fish, powershell') })
    expect((await runGg(['completion', '--help'])).stdout).toMatch(/Examples:\n {2}gg completion bash/)
  })
})
