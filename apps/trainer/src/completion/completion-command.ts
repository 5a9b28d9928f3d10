import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Complete, RootCommand } from '@bomb.sh/tab'
import complete from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { nameCompletions, optionCompletions } from './completions.ts'

/**
 * Adds `gg completion <shell>`, and the hidden `gg complete` that the shell then asks at every press of the key.
 *
 * @param program - With all other commands: they and their options are read here.
 */
export function addCompletionCommand(program: Command): void {
  // The library's own; its second name is what the scripts call.
  const completions = complete(program, { completionCommandName: 'completion' })
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description(DESCRIPTION)
    .addHelpText('after', EXAMPLES)
  const own = completions.commands.get('completion')
  if (own !== undefined) own.description = DESCRIPTION
  for (const [name, values] of Object.entries(optionCompletions())) {
    for (const command of completions.commands.values()) {
      const option = command.options.get(name)
      if (option !== undefined) option.handler = (add) => addAll(add, values)
    }
  }
  completeRuns(completions)
}

const DESCRIPTION = 'Print a script that lets a shell complete the commands, options and names of gg.'

const EXAMPLES = `
Examples:
  gg completion bash > ~/.local/share/bash-completion/completions/gg
  gg completion zsh >> ~/.zshrc
  gg completion fish > ~/.config/fish/completions/gg.fish

Make the folder if it is not there, and open a new shell afterwards. bash needs the package bash-completion; zsh needs
compinit before the script. The script asks gg itself, so it need not be written again after an update.`

/** Arguments that are runs, in the folder where they are by default, and names for `gg list`. */
function completeRuns({ commands }: RootCommand): void {
  for (const name of ['resume', 'evaluate', 'report', 'compare']) {
    const argument = commands.get(name)?.arguments.values().next().value
    if (argument !== undefined) argument.handler = (add) => addAll(add, runsHere())
  }
  const listed = commands.get('list')?.arguments.values().next().value
  if (listed !== undefined) listed.handler = (add) => addAll(add, nameCompletions())
}

function runsHere(): Readonly<Record<string, string>> {
  try {
    const folders = readdirSync('runs', { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return Object.fromEntries(folders.map(({ name }) => [join('runs', name), 'run']))
  } catch {
    // There is no folder of runs here: no names.
    return {}
  }
}

function addAll(add: Complete, values: Readonly<Record<string, string>>): void {
  for (const [value, description] of Object.entries(values)) add(value, description)
}
