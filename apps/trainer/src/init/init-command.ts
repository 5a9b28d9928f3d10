import { existsSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { makeFolders } from '../runs/make-folders.ts'
import { writing } from '../runs/write-failure.ts'
import { TrainingError } from '../training-error.ts'
import { starterFiles } from './starter-files.ts'

/** `gg init`. */
export function initCommand(): Command {
  return new Command('init')
    .description('Write a starter project for a training loop of your own. It overwrites nothing.')
    .argument('[folder]', 'where to; made if it is not there', '.')
    .addHelpText('after', EXAMPLES)
    .action((folder: string) => {
      const written = writeStarter(folder)
      const first = relative('.', folder)
      const steps = [...(first === '' ? [] : [`cd ${first}`]), 'npm install', 'npm start']
      process.stdout.write(`${[...written, '', 'Next:', ...steps.map((step) => `  ${step}`)].join('\n')}\n`)
    })
}

const EXAMPLES = `
Examples:
  gg init my-loop
  cd my-loop && npm install && npm start

Exit codes: 0 written, 1 a file is there already or the folder cannot be written to, 2 not understood.`

/** Writes the files of the starter, all of them or none. Returns their paths. */
function writeStarter(folder: string): readonly string[] {
  const files = Object.entries(starterFiles(basename(resolve(folder))))
  const there = files.map(([name]) => name).filter((name) => existsSync(join(folder, name)))
  if (there.length > 0) {
    throw new TrainingError(
      'WRITE_FAILED',
      `There is ${there.join(', ')} in ${folder} already, and nothing is overwritten. Name another folder: gg init my-loop`,
    )
  }
  writing(folder, 'Name another folder.', () => {
    makeFolders(folder)
    for (const [name, content] of files) writeFileSync(join(folder, name), content, { flag: 'wx' })
  })
  return files.map(([name]) => join(folder, name))
}
