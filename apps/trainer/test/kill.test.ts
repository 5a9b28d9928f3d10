import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { decodeCheckpoint, newestCheckpoint } from '@gg/trainer'
import { describe, expect, it } from 'vitest'
import { GG, runGg } from './run-gg.ts'
import { runsFolder } from './runs-folder.ts'

const unbuilt = !existsSync(fileURLToPath(new URL('../dist/gg.js', import.meta.url)))

const KILLS = 20
/** It shares the machine with the one that is killed again and again. */
const patient = { timeout: 230_000 }
const settings = [
  ['--model', 'mlp(hidden=[8], dropout=0.2, batchNorm=true)'],
  ['--at', 'dense1/output=dropoutGradient(0.1)+gate'],
  ['--optimizer', 'clipByGlobalNorm(1)+adamw'],
  ['--augment', 'crop(padding=2)+flip'],
  ['--ema', '0.9'],
  ['--limit', '160'],
  ['--batch-size', '8'],
  ['--epochs', '30'],
  ['--checkpoint-every', '3'],
  ['--backend', 'cpu'],
  ['--quiet'],
].flat()

/** Starts the command and kills it without a warning, some time after it has begun to work; says why it could not. */
async function startAndKill(
  args: readonly string[],
  working: () => boolean,
  delay: number,
): Promise<string | undefined> {
  const child = spawn(process.execPath, [GG, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (data: Buffer) => {
    said += data
  })
  let ended = false
  const end = new Promise<void>((resolve) => {
    child.on('close', () => {
      ended = true
      resolve()
    })
  })
  while (!working() && !ended) await setTimeout(5)
  await setTimeout(delay)
  const alive = !ended
  child.kill('SIGKILL')
  await end
  return alive ? undefined : `it had ended: ${said}`
}

/** What is to be the same: all but what the clock says. */
const outcome = (run: string) => {
  const { states, position } = newestCheckpoint(run).checkpoint
  const metrics = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
  return {
    states,
    position: { ...position, seconds: 0 },
    metrics: metrics.map((line) => ({ ...JSON.parse(line), seconds: 0, imagesPerSecond: 0 })),
  }
}

describe.skipIf(unbuilt)(`kill -9${unbuilt ? ': skipped, build the packages to run it' : ''}`, () => {
  it(`at ${KILLS} random moments, each time with a resume, ends as a run that was never stopped`, async () => {
    const [whole, killed] = [runsFolder(), runsFolder()]
    const undisturbed = runGg(['train', ...settings, '--out', whole], patient)
    const folder = () => (existsSync(killed) ? readdirSync(killed)[0] : undefined)
    const written = () => {
      const run = folder()
      return run !== undefined && existsSync(join(killed, run, 'run.json'))
    }
    await startAndKill(['train', ...settings, '--out', killed], written, 300 * Math.random())
    const run = join(killed, folder() ?? '')
    let kills = 1
    const moments: number[] = []
    let problem: string | undefined
    while (kills < KILLS) {
      const lockOf = () => {
        try {
          return readFileSync(join(run, 'lock'), 'utf8')
        } catch {
          return ''
        }
      }
      // The latest step with a checkpoint: a draft that the one before left behind comes and goes without a step forward.
      const latest = () =>
        Math.max(
          0,
          ...readdirSync(join(run, 'checkpoints')).map((name) =>
            Number(/^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? 0),
          ),
        )
      const [lock, known] = [lockOf(), latest()]
      // Every fourth one dies while it starts, after it has taken over the lock of the one before; the others at work.
      const working = kills % 4 === 0 ? () => lockOf() !== lock : () => latest() > known
      problem = await startAndKill(['resume', run, '--quiet'], working, 250 * Math.random())
      if (problem !== undefined) break
      kills++
      moments.push(newestCheckpoint(run).checkpoint.position.step)
    }
    expect(kills, `after ${kills} kills, at the steps ${moments}, ${problem}`).toBe(KILLS)
    // It has come forward between the kills, or they would all have been the same.
    expect(new Set(moments).size).toBeGreaterThan(KILLS / 2)
    const { code, stderr } = await runGg(['resume', run, '--quiet'], patient)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect((await undisturbed).code).toBe(0)
    const wholeRun = join(whole, readdirSync(whole)[0] ?? '')
    expect(outcome(run)).toEqual(outcome(wholeRun))
    for (const name of readdirSync(join(wholeRun, 'checkpoints'))) {
      const read = (path: string) => decodeCheckpoint(readFileSync(join(path, 'checkpoints', name)), name).states
      expect(read(run)).toEqual(read(wholeRun))
    }
  }, 240_000)
})
