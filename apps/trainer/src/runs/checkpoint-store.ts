import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TrainingCheckpoint } from '../training/checkpoint.ts'
import { TrainingError } from '../training-error.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts'
import { makeFolders } from './make-folders.ts'
import { DRAFT, writeAtomically } from './write-atomically.ts'
import { writing } from './write-failure.ts'

/** The checkpoints of a run, in its folder `checkpoints`. */
export interface CheckpointStore {
  /** Writes a checkpoint, as `best.safetensors` too if it is the best, and removes all but the last few others. */
  write(checkpoint: TrainingCheckpoint, best: boolean): void
}

/** A checkpoint that could be read, and what was found on the way. */
export interface FoundCheckpoint {
  readonly checkpoint: TrainingCheckpoint
  /** Its file. */
  readonly file: string
  /** What is wrong with newer ones, a sentence each. */
  readonly damaged: readonly string[]
}

const STEP = /^step-(\d+)\.safetensors$/

/**
 * Checkpoints in the folder of a run, written whole or not at all. What drafts a process that died has left are removed,
 * so a run must have one owner, see `lockRun`.
 *
 * @param run - The folder of the run.
 * @param keep - How many of the last ones are kept.
 */
export function createCheckpointStore(run: string, keep: number): CheckpointStore {
  const folder = join(run, 'checkpoints')
  writing(folder, 'Choose another folder with --out.', () => {
    makeFolders(folder)
    for (const name of readdirSync(folder)) if (name.endsWith(DRAFT)) rmSync(join(folder, name), { force: true })
  })
  return {
    write(checkpoint, best) {
      const { step } = checkpoint.position
      const file = join(folder, `step-${String(step).padStart(9, '0')}.safetensors`)
      const bytes = encodeCheckpoint(checkpoint)
      const then = `Earlier checkpoints are whole. Make room, then go on with: gg resume ${run}`
      writing(`the checkpoint of step ${step}, ${file}`, then, () => {
        writeAtomically(file, bytes)
        if (best) writeAtomically(join(folder, 'best.safetensors'), bytes)
        for (const old of filesIn(folder).slice(keep)) rmSync(old, { force: true })
      })
    },
  }
}

/**
 * The newest checkpoint of a run that is whole.
 *
 * @throws TrainingError `CHECKPOINT_DAMAGED` if there is none, saying what is wrong with each.
 */
export function newestCheckpoint(run: string): FoundCheckpoint {
  const files = filesIn(join(run, 'checkpoints'))
  const damaged: string[] = []
  for (const file of files) {
    try {
      return { checkpoint: decodeCheckpoint(readFileSync(file), file), file, damaged }
    } catch (error) {
      if (!(error instanceof TrainingError)) throw error
      damaged.push(error.message)
    }
  }
  const why = files.length === 0 ? `There are none in ${join(run, 'checkpoints')}.` : damaged.join('\n')
  throw new TrainingError('CHECKPOINT_DAMAGED', `No checkpoint of ${run} can be used. ${why}`)
}

/** The checkpoint with the highest test accuracy, `best.safetensors`. */
export function bestCheckpoint(run: string): FoundCheckpoint {
  const file = join(run, 'checkpoints', 'best.safetensors')
  try {
    return { checkpoint: decodeCheckpoint(readFileSync(file), file), file, damaged: [] }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
    const why = 'The run has none before the end of its first epoch. Use --checkpoint last.'
    throw new TrainingError('CHECKPOINT_DAMAGED', `There is no ${file}. ${why}`, { cause })
  }
}

/** The files of checkpoints by step, the newest first. */
function filesIn(folder: string): readonly string[] {
  let names: readonly string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  const steps = names.flatMap((name) => {
    const step = STEP.exec(name)?.[1]
    return step === undefined ? [] : [{ step: Number(step), name }]
  })
  return steps.sort((a, b) => b.step - a.step).map(({ name }) => join(folder, name))
}
