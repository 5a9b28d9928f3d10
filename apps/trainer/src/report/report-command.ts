import { join } from 'node:path'
import { Command } from 'commander'
import { writeAtomically } from '../runs/write-atomically.ts'
import { readRun } from './read-run.ts'

/** `gg report`. */
export function reportCommand(): Command {
  return new Command('report')
    .description('Write the report of a run again: one page that needs no server and no network.')
    .argument('<run>', 'the folder of a run; one that still goes on is shown as far as it has come')
    .option('--out <file>', 'where to (default: report.html in the folder of the run)')
    .addHelpText('after', EXAMPLES)
    .action(async (run: string, { out }: { readonly out?: string }) => {
      process.stdout.write(`${await writeReport(run, out)}\n`)
    })
}

/** Writes the report of a run from what its folder says; returns the path. */
export async function writeReport(folder: string, out: string = join(folder, 'report.html')): Promise<string> {
  const record = readRun(folder)
  // Only now: the plotting library takes as long to load as all the rest.
  const { reportPage } = await import('./report-page.ts')
  writeAtomically(out, reportPage(record))
  return out
}

const EXAMPLES = `
Examples:
  gg report runs/2026-11-21-060433-lenet-glyphs-0
  gg report runs/2026-11-21-060433-lenet-glyphs-0 --out report.html

Exit codes: 0 written, 1 no run there or no room to write, 2 not understood.`
