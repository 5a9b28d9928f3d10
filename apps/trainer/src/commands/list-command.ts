import { enableProdMode } from '@tensorflow/tfjs-core'
import { Command } from 'commander'
import { checkBackend, checkBackends } from '../doctor/check-backends.ts'
import type { Finding } from '../doctor/finding.ts'
import { OWN_WORDS } from '../expressions/own-words.ts'
import { SIGNATURES, type Signature, showSignature, type WordKind } from '../expressions/signature.ts'
import { BACKENDS, type BackendName } from '../names/backends.ts'
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

/** Names under a title. */
type Section = readonly [title: string, names: Described]

/** Optimizers are the transformations that know a learning rate. */
const optimizers = ([, { kind, parameters }]: readonly [string, Signature]): boolean =>
  kind === 'transformation' && parameters.some(({ name }) => name === 'learningRate')

/** All names by kind, as `gg list` takes a kind and shows it. */
export const KINDS: Readonly<Record<string, readonly Section[]>> = {
  models: [['--model', MODELS]],
  data: [['--data', DATASETS]],
  augmentations: [['--augment', ofKind('augmentation')]],
  optimizers: [['--optimizer', Object.fromEntries([...WORDS].filter(optimizers))]],
  transformations: [
    [
      '--at, --optimizer: transformations',
      Object.fromEntries([...WORDS].filter((word) => word[1].kind === 'transformation' && !optimizers(word))),
    ],
  ],
  schedules: [
    ['--schedule', SCHEDULES],
    ['learning rates within --optimizer', ofKind('schedule')],
  ],
  activations: [['activations and their shapes', { ...ofKind('activation'), ...ofKind('shape') }]],
  arguments: [
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
  ],
  backends: [['--backend (gg list backends says which start here)', BACKENDS]],
}

const KIND_NAMES = Object.keys(KINDS).join(', ')

/** Names without options. */
const PLAIN: Described = { ...DATASETS, ...SCHEDULES, ...BACKENDS }

/** `gg list`. */
export function listCommand(): Command {
  return new Command('list')
    .description(
      'List the names that gg train takes, or those of one kind; of one name, its options, and the sites of a model.',
    )
    .argument('[name]', `one of ${KIND_NAMES}, or a name such as adamw or resnet8`)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  gg list
  gg list optimizers
  gg list lateralMask
  gg list resnet8
  gg list backends

gg list backends starts each backend, and says why the others do not.`,
    )
    .action(async (name: string | undefined, { json }: { readonly json?: boolean }) => {
      const found = name === undefined ? everything() : await some(name)
      process.stdout.write(json ? `${JSON.stringify(found.data)}\n` : `${found.text}\n`)
    })
}

/** What there is to say, for people and for programs. */
interface Listing {
  readonly text: string
  readonly data: unknown
}

function everything(): Listing {
  return listed(Object.values(KINDS).flat())
}

/** The names of some kinds. */
function listed(sections: readonly Section[]): Listing {
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

/** Those of one kind, or what there is to say of one name. */
async function some(name: string): Promise<Listing> {
  if (name === 'backends') return backendsHere(await quietly(checkBackends))
  if (name in BACKENDS && name !== 'auto') return backendsHere([await quietly(() => checkBackend(name as BackendName))])
  const kind = KINDS[name]
  if (kind !== undefined) return listed(kind)
  return one(name)
}

/** tfjs greets every program that runs it in Node. */
function quietly<T>(work: () => Promise<T>): Promise<T> {
  enableProdMode()
  return work()
}

/** Which backends start on this machine, and why the others do not. */
function backendsHere(findings: readonly Finding[]): Listing {
  const width = Math.max(...findings.map(({ name }) => name.length)) + 2
  const lines = findings.map(({ name, state, detail }) => `  ${name.padEnd(width)}${state.padEnd(9)}${detail}`)
  return { text: ['--backend', ...lines].join('\n'), data: { backends: findings } }
}

function one(name: string): Listing {
  const signature = WORDS.get(name)
  if (signature === undefined) {
    const plain = PLAIN[name]
    if (plain !== undefined) return { text: `${name}\n  ${plain.summary}`, data: { name, summary: plain.summary } }
    const near = unknownName(name, [...Object.keys(KINDS), ...WORDS.keys(), ...Object.keys(PLAIN)]).split(/(?<=\.) /)[1]
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
