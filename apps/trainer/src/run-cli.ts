import { Command, CommanderError } from 'commander'
import { evaluateCommand } from './commands/evaluate-command.ts'
import { listCommand } from './commands/list-command.ts'
import { resumeCommand } from './commands/resume-command.ts'
import { trainCommand } from './commands/train-command.ts'
import { compareCommand } from './compare/compare-command.ts'
import { addCompletionCommand } from './completion/completion-command.ts'
import { doctorCommand } from './doctor/doctor-command.ts'
import { initCommand } from './init/init-command.ts'
import { reportCommand } from './report/report-command.ts'
import { TrainingError } from './training-error.ts'
import { version } from './version.ts'

/** The command was not understood. */
const USAGE = 2

/**
 * Runs one command and says how the process is to end: 0 if it did what it was asked, 1 if it failed, 2 if it was asked
 * for something that does not exist, 130 or 143 if a signal ended it.
 *
 * @param args - What stands behind `gg`.
 */
export async function runCli(args: readonly string[]): Promise<number> {
  let code = 0
  const exit = (given: number): void => {
    code = given
  }
  const program = new Command('gg')
    .description('Train networks with shaped gradients.')
    .version(version, '-V, --version')
    .exitOverride()
  // Commands that are added inherit no settings, and would end the process by themselves.
  const commands = [
    trainCommand(exit),
    resumeCommand(exit),
    evaluateCommand(),
    compareCommand(),
    reportCommand(),
    listCommand(),
    doctorCommand(exit),
    initCommand(),
  ]
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program))
  addCompletionCommand(program)
  try {
    await program.parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    // Commander has said it already, help and version included.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
    process.stderr.write(`${explain(error)}\n`)
    return error instanceof TrainingError && error.code === 'INVALID_CONFIG' ? USAGE : 1
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return `gg: ${String(error)}`
  return process.env['DEBUG'] ? `gg: ${error.stack}` : `gg: ${error.message}`
}
