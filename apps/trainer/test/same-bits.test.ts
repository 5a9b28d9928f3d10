import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newestCheckpoint } from '@gg/trainer'
import { describe, expect, it } from 'vitest'
import { runGg } from './run-gg.ts'
import { runsFolder } from './runs-folder.ts'

const unbuilt = !existsSync(fileURLToPath(new URL('../dist/gg.js', import.meta.url)))

// Long enough for V8 to compile the kernels again while they are at work, and for a look at gradients in between.
const lenet = ['--at', 'conv*/output=gate()', '--limit', '1280', '--steps', '50', '--schedule', 'constant']

const outcome = async (args: readonly string[], flags: readonly string[] = []) => {
  const runs = runsFolder()
  const { code, stderr } = await runGg(['train', ...lenet, ...args, '--out', runs], { flags })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const run = join(runs, readdirSync(runs)[0] ?? '')
  const steps = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"kind":"step"'))
  return { run, steps, states: newestCheckpoint(run).checkpoint.states }
}

describe.skipIf(unbuilt)(`the same bits${unbuilt ? ': skipped, build the packages to run it' : ''}`, () => {
  it('come of LeNet however it is watched, on any threads, and with any compiler of V8', async () => {
    const { run: _, ...expected } = await outcome(['--no-diagnostics', '--quiet'])
    expect(expected.steps.length).toBeGreaterThan(45)
    const others: readonly (readonly [args: readonly string[], flags?: readonly string[]])[] = [
      [[]],
      [['--json']],
      [['--tensorboard', '--threads', '1']],
      [['--threads', '3', '--no-diagnostics']],
      [['--quiet'], ['--liftoff-only']],
      [['--quiet'], ['--no-liftoff']],
      [['--quiet', '--threads', '1'], ['--no-opt']],
    ]
    for (const [args, flags] of others) {
      const { run: _, ...other } = await outcome(args, flags)
      expect(other.steps, `${args} ${flags}`).toEqual(expected.steps)
      expect(other.states, `${args} ${flags}`).toEqual(expected.states)
    }
    // A process that goes on begins with cold code in the midst of an epoch.
    const { run } = await outcome(['--no-diagnostics', '--quiet', '--steps', '27'])
    expect((await runGg(['resume', run, '--steps', '50', '--quiet'])).code).toBe(0)
    expect(newestCheckpoint(run).checkpoint.states).toEqual(expected.states)
  }, 180_000)
})
