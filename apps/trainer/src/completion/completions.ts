import { KINDS } from '../commands/list-command.ts'
import { OWN_WORDS } from '../expressions/own-words.ts'
import { SIGNATURES } from '../expressions/signature.ts'
import { BACKENDS } from '../names/backends.ts'
import { DATASETS } from '../names/datasets.ts'
import { MODELS } from '../names/models.ts'
import { SCHEDULES } from '../names/schedules.ts'

type Described = Readonly<Record<string, string>>

/** What can stand behind an option, by the option's name without its dashes, with a line for each. */
export function optionCompletions(): Readonly<Record<string, Described>> {
  const words = (kind: string): Described =>
    Object.fromEntries(
      Object.entries(SIGNATURES).flatMap(([name, signature]) =>
        signature.kind === kind ? [[name, signature.summary]] : [],
      ),
    )
  return {
    model: summaries(MODELS),
    data: summaries(DATASETS),
    schedule: summaries(SCHEDULES),
    backend: summaries(BACKENDS),
    optimizer: words('transformation'),
  }
}

/** The kinds that `gg list` takes. */
const LIST_KINDS: Described = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, `all ${kind}`]))

/** What `gg list` takes. */
export function nameCompletions(): Described {
  const own = OWN_WORDS.flatMap(([name, { signature }]) =>
    signature === undefined ? [] : [[name, signature.summary] as const],
  )
  return {
    ...LIST_KINDS,
    ...summaries(MODELS),
    ...summaries(DATASETS),
    ...summaries(SCHEDULES),
    ...summaries(BACKENDS),
    ...summaries(SIGNATURES),
    ...Object.fromEntries(own),
  }
}

function summaries(registry: Readonly<Record<string, { readonly summary: string }>>): Described {
  return Object.fromEntries(Object.entries(registry).map(([name, { summary }]) => [name, summary]))
}
