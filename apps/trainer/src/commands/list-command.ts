import { Command } from 'commander'
import { OWN_WORDS } from '../expressions/own-words.ts'
import { SIGNATURES, type Signature, showSignature, type WordKind } from '../expressions/signature.ts'
import { BACKENDS } from '../names/backends.ts'
import { DATASETS } from '../names/datasets.ts'
import { MODELS, type ModelName } from '../names/models.ts'
import { SCHEDULES } from '../names/schedules.ts'
import { TrainingError } from '../training-error.ts'
import { unknownName } from '../unknown-name.ts'

type Described = Readonly<Record<string, { readonly summary: string }>>

/** The words of expressions, by name. */
const WORDS: ReadonlyMap<string, Signature> = new Map([
  ...Object.entries(SIGNATURES),
  ...OWN_WORDS.flatMap(([name, { signature }]) => (signature === undefined ? [] : [[name, signature] as const])),
])

/** `gg list`. */
export function listCommand(): Command {
  return new Command('list')
    .description('List the names that gg train takes; of one name, its options, and the sites of a model.')
    .argument('[name]', 'such as adamw, lateralMask or resnet8')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  gg list
  gg list lateralMask
  gg list resnet8`,
    )
    .action((name: string | undefined, { json }: { readonly json?: boolean }) => {
      const found = name === undefined ? everything() : one(name)
      process.stdout.write(json ? `${JSON.stringify(found.data)}\n` : `${found.text}\n`)
    })
}

/** What there is to say, for people and for programs. */
interface Listing {
  readonly text: string
  readonly data: unknown
}

function everything(): Listing {
  const sections: readonly (readonly [string, Described])[] = [
    ['--model', MODELS],
    ['--data', DATASETS],
    ['--augment', ofKind('augmentation')],
    ['--at, --optimizer: transformations', ofKind('transformation')],
    ['learning rates within --optimizer', ofKind('schedule')],
    ['--schedule', SCHEDULES],
    ['activations and their shapes', { ...ofKind('activation'), ...ofKind('shape') }],
    [
      'other arguments',
      {
        ...ofKind('mask'),
        ...ofKind('pooling'),
        ...ofKind('initializer'),
        ...ofKind('measure'),
        ...ofKind('decision'),
      },
    ],
    ['--backend', BACKENDS],
  ]
  const width = Math.max(...sections.flatMap(([, names]) => Object.keys(names).map((name) => name.length))) + 2
  const blocks = sections.map(([title, names]) => {
    return [title, ...Object.entries(names).map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`)].join(
      '\n',
    )
  })
  const data = Object.fromEntries(
    sections.map(([title, names]) => [
      title,
      Object.fromEntries(Object.entries(names).map(([name, { summary }]) => [name, summary])),
    ]),
  )
  return { text: blocks.join('\n\n'), data }
}

function one(name: string): Listing {
  const signature = WORDS.get(name)
  if (signature === undefined) {
    const near = unknownName(name, [...WORDS.keys()]).split(/(?<=\.) /)[1]
    throw new TrainingError('INVALID_CONFIG', `'${name}' is not known. ${near ?? 'gg list shows all names.'}`)
  }
  const { summary, parameters, options = {} } = signature
  const sites = name in MODELS ? sitesOf(name as ModelName) : undefined
  const rows = [
    ...parameters.map(({ name: parameter, type, required }) => [parameter, `${type}${required ? ', needed' : ''}`]),
    ...Object.entries(options).map(([option, type]) => [`${option}=`, type]),
  ]
  const width = Math.max(0, ...rows.map(([left = '']) => left.length)) + 2
  const lines = [
    showSignature(name, signature),
    `  ${summary}`,
    ...(rows.length > 0 ? ['', ...rows.map(([left = '', right]) => `  ${left.padEnd(width)}${right}`)] : []),
    ...(sites === undefined ? [] : ['', 'sites for --at:', ...sites.map((site) => `  ${site}`)]),
  ]
  return { text: lines.join('\n'), data: { name, ...signature, ...(sites !== undefined && { sites }) } }
}

/** With images of 32 pixels, which all models take; the sites depend on the image for none but the large networks. */
function sitesOf(name: ModelName): readonly string[] {
  return MODELS[name].create()({ inputShape: [32, 32, 3], classes: 10 }).sites
}

function ofKind(kind: WordKind): Described {
  return Object.fromEntries([...WORDS].filter(([, signature]) => signature.kind === kind))
}
