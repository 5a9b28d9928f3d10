import { Command } from 'commander'
import { AUGMENTATIONS } from '../names/augmentations.ts'
import { BACKENDS } from '../names/backends.ts'
import { DATASETS } from '../names/datasets.ts'
import { GRADIENTS } from '../names/gradients.ts'
import { MODELS } from '../names/models.ts'
import { OPTIMIZERS } from '../names/optimizers.ts'
import { SCHEDULES } from '../names/schedules.ts'

const REGISTRIES: Readonly<Record<string, Readonly<Record<string, { readonly summary: string }>>>> = {
  '--model': MODELS,
  '--data': DATASETS,
  '--augment': AUGMENTATIONS,
  '--gradient': GRADIENTS,
  '--optimizer': OPTIMIZERS,
  '--schedule': SCHEDULES,
  '--backend': BACKENDS,
}

/** `gg list`. */
export function listCommand(): Command {
  return new Command('list').description('List the names that the options of gg train take.').action(() => {
    const blocks = Object.entries(REGISTRIES).map(([option, registry]) => {
      const lines = Object.entries(registry).map(([name, { summary }]) => `  ${name.padEnd(17)}${summary}`)
      return [option, ...lines].join('\n')
    })
    process.stdout.write(`${blocks.join('\n\n')}\n`)
  })
}
