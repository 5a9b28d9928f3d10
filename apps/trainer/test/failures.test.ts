import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { newestCheckpoint, type TrainConfigInput, train } from '@gg/trainer'
import { backend, memory, Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startBackend } from '../src/names/backends.ts'
import { lockRun } from '../src/runs/lock-run.ts'
import { runGg } from './run-gg.ts'
import { runsFolder } from './runs-folder.ts'

const unbuilt = !existsSync(fileURLToPath(new URL('../dist/gg.js', import.meta.url)))
const mount = (...args: readonly string[]) => execFileSync('mount', args, { stdio: 'ignore' })

/** A disk of its own, of a few megabytes. */
const smallDisk = (size: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'gg-disk-'))
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder)
  onTestFinished(() => {
    execFileSync('umount', [folder])
    rmSync(folder, { recursive: true })
  })
  return folder
}

const noDisk = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'gg-disk-'))
  try {
    mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder)
    execFileSync('umount', [folder])
    return false
  } catch {
    return true
  } finally {
    rmSync(folder, { recursive: true })
  }
})()

const settings = ['--limit', '64', '--batch-size', '16', '--epochs', '4', '--backend', 'cpu', '--no-diagnostics']
const model = ['--model', 'mlp(hidden=[32])']
const statesOf = (run: string) => newestCheckpoint(run).checkpoint.states
const runIn = (runs: string) => join(runs, readdirSync(runs)[0] ?? '')

describe.skipIf(unbuilt || noDisk)(
  `a disk${noDisk ? ': skipped, a tmpfs cannot be mounted here' : unbuilt ? ': skipped, build the packages to run it' : ''}`,
  () => {
    it('that is full ends a run with a sentence, leaves its checkpoints whole, and is no obstacle once there is room', async () => {
      const disk = smallDisk('1400k')
      const { code, stderr } = await runGg(['train', ...settings, ...model, '--keep', '9', '--out', disk])
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /^gg: Could not write the checkpoint of step \d+, \S+: no space is left on the disk \(ENOSPC\)\. Earlier checkpoints are whole\. Make room, then go on with: gg resume \S+\n$/,
      )
      const run = runIn(disk)
      const names = readdirSync(join(run, 'checkpoints'))
      expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([])
      expect(newestCheckpoint(run)).toMatchObject({ damaged: [] })
      mount('-o', 'remount,size=20m', disk)
      expect((await runGg(['resume', run])).code).toBe(0)
      const whole = runsFolder()
      await runGg(['train', ...settings, ...model, '--out', whole])
      expect(statesOf(run)).toEqual(statesOf(runIn(whole)))
    })

    it('that is read-only is named', async () => {
      const disk = smallDisk('1m')
      mount('-o', 'remount,ro', disk)
      const { code, stderr } = await runGg(['train', ...settings, '--out', disk])
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `gg: Could not write a folder in ${disk}: the disk is read-only (EROFS). Choose another one with --out.\n`,
      })
    })
  },
)

describe.skipIf(unbuilt)(`a run${unbuilt ? ': skipped, build the packages to run it' : ''}`, () => {
  it('whose last checkpoint is damaged goes on from the one before, and ends as it would have', async () => {
    const [runs, whole] = [runsFolder(), runsFolder()]
    await runGg(['train', ...settings, ...model, '--out', whole])
    let seen = 0
    const stopped = await runGg(['train', ...settings, ...model, '--keep', '3', '--out', runs], {
      onOutput: (text, kill) => {
        seen += text.split('train loss').length - 1
        if (seen === 2) kill('SIGKILL')
      },
    })
    expect(stopped.code).not.toBe(0)
    const killed = runIn(runs)
    const files = readdirSync(join(killed, 'checkpoints')).filter((name) => /^step-\d+\.safetensors$/.test(name))
    const last = join(killed, 'checkpoints', files.sort().at(-1) ?? '')
    const bytes = readFileSync(last)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    writeFileSync(last, bytes)
    const { code, stderr } = await runGg(['resume', killed])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `gg: The checkpoint ${last} is damaged: its checksum is another one. The one before it is used.\n`,
    })
    expect(statesOf(killed)).toEqual(statesOf(runIn(whole)))
    expect((await runGg(['resume', killed])).stdout).toBe(
      `${killed} is complete. To go on longer: gg resume ${killed} --epochs 8\n`,
    )
  })

  it('is refused to a second process while the first is at work, and free when it has ended', async () => {
    const runs = runsFolder()
    let second: ReturnType<typeof runGg> | undefined
    const first = await runGg(['train', ...settings.with(settings.indexOf('4'), '500'), '--out', runs], {
      onOutput: (text, kill) => {
        if (second !== undefined || !text.includes('train loss')) return
        second = runGg(['resume', runIn(runs)])
        void second.then(() => kill('SIGINT'))
      },
    })
    const run = runIn(runs)
    expect(first.code).toBe(130)
    const { code, stderr } = (await second) ?? {}
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^gg: The process \d+ is at work on .*\. Wait for it or end it; if it is no more, remove .*lock\.\n$/,
    )
    expect(existsSync(join(run, 'lock'))).toBe(false)
  })

  it('is not what another folder holds', async () => {
    const empty = runsFolder()
    for (const folder of [empty, '/nowhere']) {
      for (const command of ['resume', 'evaluate']) {
        const { code, stderr } = await runGg([command, folder])
        expect({ code, stderr }).toEqual({
          code: 1,
          stderr: `gg: ${folder} is not the folder of a run: it has no config.json.\n`,
        })
      }
    }
  })

  it('is tested by gg evaluate as it was tested while it learned, class by class', async () => {
    const runs = runsFolder()
    await runGg(['train', ...settings, ...model, '--out', runs])
    const run = runIn(runs)
    const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const epochs = lines.filter(({ kind }) => kind === 'epoch')
    const saved = join(runs, 'evaluation.json')
    for (const [which, expected] of [
      ['last', epochs.at(-1)],
      ['best', epochs.reduce((best, line) => (line.testAccuracy > best.testAccuracy ? line : best))],
    ] as const) {
      const { code, stdout, stderr } = await runGg(['evaluate', run, '--checkpoint', which, '--json', '--save', saved])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const evaluation = JSON.parse(stdout)
      expect(JSON.parse(readFileSync(saved, 'utf8'))).toEqual(evaluation)
      expect(evaluation).toMatchObject({
        epoch: expected.epoch,
        step: expected.step,
        loss: expected.testLoss,
        accuracy: expected.testAccuracy,
        images: 2000,
      })
      const { confusion, classes } = evaluation
      const sum = (row: readonly number[]) => row.reduce((a, b) => a + b, 0)
      expect(sum(confusion.map(sum))).toBe(2000)
      expect(sum(confusion.map((row: readonly number[], i: number) => row[i])) / 2000).toBe(expected.testAccuracy)
      expect(classes.map(({ images }: { images: number }) => images)).toEqual(confusion.map(sum))
    }
    const { stdout } = await runGg(['evaluate', run])
    expect(stdout).toMatch(/test accuracy [\d.]+ % {2}2,000 images\n {2}0 +[\d.]+ % {2}\d+ images\n/)
  })
})

describe('a lock', () => {
  it('of a process that is no more is taken over, and one of another machine is not', () => {
    const run = runsFolder()
    mkdirSync(run, { recursive: true })
    const unlock = lockRun(run)
    expect(() => lockRun(run)).toThrow(/^The process \d+ is at work on /)
    unlock()
    const { pid } = process
    const others = {
      'no such process': { pid: 2 ** 22 + 1, began: '1' },
      'the number of a process that lives, which began at another time': { pid, began: '1' },
    }
    for (const owner of Object.values(others)) {
      const host = execFileSync('hostname', { encoding: 'utf8' }).trim()
      writeFileSync(join(run, 'lock'), JSON.stringify({ host, ...owner }))
      lockRun(run)()
    }
    writeFileSync(join(run, 'lock'), JSON.stringify({ host: 'elsewhere', pid: 1, began: null }))
    expect(() => lockRun(run)).toThrow(/^The process 1 on elsewhere is at work/)
    expect(readdirSync(run)).toEqual(['lock'])
  })
})

describe('memory', () => {
  it('that WASM does not have is refused, where tfjs would compute on without', async () => {
    await startBackend('wasm')
    const { wasm } = backend() as unknown as {
      readonly wasm: { _malloc(bytes: number): number; _free(at: number): void }
    }
    expect(() => wasm._malloc(2 ** 32 - 16)).toThrow(expect.objectContaining({ code: 'OUT_OF_MEMORY' }))
    const address = wasm._malloc(16)
    expect(address).toBeGreaterThan(0)
    wasm._free(address)
  })

  it('that a step does not have ends the run with what helps, and leaves nothing behind', async () => {
    const module = join(runsFolder(), 'hungry.mjs')
    mkdirSync(dirname(module), { recursive: true })
    writeFileSync(
      module,
      "export const hungry = { init: () => ({}), update: () => { throw new Error('out of memory: no bytes left') } }\n",
    )
    const config = { model: 'mlp(hidden=[8])', limit: 64, batchSize: 32, backend: 'cpu', use: module } as const
    const before = memory().numTensors
    for (const where of [{ at: 'dense1/output=hungry' }, { optimizer: 'hungry' }]) {
      await expect(train({ ...config, ...where })).rejects.toMatchObject({
        code: 'OUT_OF_MEMORY',
        message:
          'Out of memory: a step of 32 images did not fit. Compute it in parts (--accumulate 4) or take fewer images (--batch-size).',
      })
    }
    const broken = "export const broken = { init: () => { throw new Error('no state') }, update: () => {} }\n"
    writeFileSync(module.replace('hungry', 'broken'), broken)
    const other = { ...config, use: module.replace('hungry', 'broken'), optimizer: 'broken' }
    await expect(train(other)).rejects.toThrow('no state')
    expect(memory().numTensors).toBe(before)
  })
})

describe('numbers that are not finite', () => {
  const tiny: TrainConfigInput = { model: 'mlp(hidden=[8, 8])', limit: 64, batchSize: 32, epochs: 2, backend: 'cpu' }
  const messageOf = async (config: TrainConfigInput) => {
    const before = memory().numTensors
    const failed = await train({ ...tiny, ...config }).then(
      () => 'it trained',
      (error: Error) => error.message,
    )
    expect(memory().numTensors).toBe(before)
    return failed
  }

  it('are found at the site where they come up first', async () => {
    // Weights of about 1e25: the first layer's outputs are finite, the second's are not.
    expect(await messageOf({ optimizer: 'normalizeByUpdateNorm+sgd(1e25)' })).toMatch(
      /the loss is (NaN|Infinity) at step 2, in epoch 1 \(learning rate 1e\+25\): the first features that are not finite are those at dense2\/output\. /,
    )
  })

  it('are found without a read that waits, which WebGPU does not have', async () => {
    const read = vi.spyOn(Tensor.prototype, 'dataSync').mockImplementation(() => {
      throw new Error('read at once')
    })
    try {
      expect(await messageOf({ optimizer: 'normalizeByUpdateNorm+sgd(1e25)' })).toContain('those at dense2/output. ')
    } finally {
      read.mockRestore()
    }
  })

  it('are found in the weights that an update has broken', async () => {
    expect(await messageOf({ optimizer: "masked(scale(1e30)+scale(1e30), weights('dense2/**'))+sgd(1)" })).toMatch(
      /at step 2, in epoch 1 .*: the weights dense2\/(bias|kernel) have not been finite since the update before, and 1 more before it\. /,
    )
  })
})
