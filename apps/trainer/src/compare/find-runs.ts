import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { globSync, isDynamicPattern } from 'tinyglobby'
import { TrainingError } from '../training-error.ts'

/**
 * The folders of runs that some words name: the folder of a run, a folder of such folders, or a pattern for either, which
 * a shell may have left as it is.
 *
 * @param words - Folders and patterns.
 * @returns each folder once, in the order of the words, those of one word by name
 * @throws TrainingError `RUN_NOT_FOUND` for a word that names no run.
 */
export function findRuns(words: readonly string[]): readonly string[] {
  const found = words.flatMap((word) => {
    const runs = foldersOf(word).flatMap(runsIn)
    if (runs.length > 0) return runs
    throw new TrainingError(
      'RUN_NOT_FOUND',
      existsSync(word)
        ? `${word} is neither the folder of a run nor a folder of runs: there is no config.json in it.`
        : `There is no run at ${word}. Name folders that gg train has made, such as runs/*.`,
    )
  })
  return [...new Set(found)]
}

/** A folder may be named with what a pattern would use, so what exists is no pattern. */
function foldersOf(word: string): readonly string[] {
  if (existsSync(word)) return [withoutSlash(word)]
  if (!isDynamicPattern(word)) return []
  return globSync(word, { onlyDirectories: true, expandDirectories: false }).map(withoutSlash).sort()
}

function runsIn(folder: string): readonly string[] {
  if (isRun(folder)) return [folder]
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name))
      .filter(isRun)
  } catch {
    return []
  }
}

function isRun(folder: string): boolean {
  return existsSync(join(folder, 'config.json'))
}

function withoutSlash(path: string): string {
  return path.length > 1 ? path.replace(/[/\\]+$/, '') : path
}
