import { Command } from 'commander'
import { readRun } from '../report/read-run.ts'
import { writeAtomically } from '../runs/write-atomically.ts'
import { TrainingError } from '../training-error.ts'
import { compareRuns } from './comparison.ts'
import { colourful, comparisonText, plain } from './comparison-text.ts'
import { findRuns } from './find-runs.ts'

interface CompareOptions {
  readonly json?: boolean
  readonly svg?: string
  readonly html?: string
}

/** `gg compare`. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('Compare runs over their seeds, and say which differences are within noise.')
    .argument(
      '<runs...>',
      'folders of runs, folders of such folders, or patterns for them; the first names the baseline',
    )
    .option('--json', 'print all numbers as JSON')
    .option('--svg <file>', 'draw the curves of all runs in one picture')
    .option('--html <file>', 'write tables and curves as one page, light and dark')
    .addHelpText('after', EXAMPLES)
    .action(async (words: readonly string[], { json, svg, html }: CompareOptions) => {
      const records = findRuns(words).map(readRun)
      const comparison = compareRuns(records)
      if (comparison.groups.length === 0) throw nothingToCompare(comparison.leftOut)
      const out = process.stdout
      out.write(
        json
          ? `${JSON.stringify(comparison, undefined, 2)}\n`
          : comparisonText(comparison, out.isTTY && out.hasColors() ? colourful : plain),
      )
      if (svg === undefined && html === undefined) return
      // Only now: a table needs no plotting library.
      const { comparisonPage, comparisonPicture } = await import('./comparison-page.ts')
      if (svg !== undefined) writeAtomically(svg, comparisonPicture(records, comparison))
      if (html !== undefined) writeAtomically(html, comparisonPage(records, comparison))
    })
}

const EXAMPLES = `
Runs that differ in their seed alone are one group, with mean and standard deviation after the last epoch. Each group is
held against the first by Welch's t-test; several groups are made up for after Holm.

Examples:
  gg compare runs
  gg compare 'runs/*-gate-*' 'runs/*-none-*'
  gg compare runs --svg curves.svg --html comparison.html
  gg compare runs --json | jq '.differences[] | {measure, group, verdict}'

Exit codes: 0 compared, 1 no run that has come to its end, or a folder that is no run, 2 not understood.`

function nothingToCompare(leftOut: ReturnType<typeof compareRuns>['leftOut']): TrainingError {
  const reasons = leftOut.map(({ folder, reason }) => `${folder}: ${reason}`)
  return new TrainingError('RUN_NOT_FOUND', `None of these runs has come to its end.\n${reasons.join('\n')}`)
}
