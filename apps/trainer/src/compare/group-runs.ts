import type { JsonRecord, RunRecord } from '../report/read-run.ts'

/** Runs with the same settings, which differ in the seed. */
export interface RunGroup {
  /** The settings in which it differs from another group, as text; all that matter where there is one group. */
  readonly label: string
  /** Those settings. */
  readonly settings: JsonRecord
  readonly runs: readonly RunRecord[]
}

/** A run that is not compared. */
export interface LeftOut {
  readonly folder: string
  readonly reason: string
}

/** What there is to compare. */
export interface Grouping {
  readonly groups: readonly RunGroup[]
  readonly leftOut: readonly LeftOut[]
}

// What has no effect on what is learned, and the seed, over which the means are taken.
const IRRELEVANT = new Set([
  'seed',
  'dataDir',
  'evalBatchSize',
  'keep',
  'checkpointEvery',
  'diagnostics',
  'tensorboard',
])

/**
 * Puts runs together that differ in nothing but their seed, in the order in which they are given.
 *
 * Left out are runs that have not come to their end, and all but the last of those with the same settings and seed: the
 * same numbers twice are not two observations.
 */
export function groupRuns(runs: readonly RunRecord[]): Grouping {
  const leftOut: LeftOut[] = []
  const groups = new Map<string, Map<string, RunRecord>>()
  for (const run of runs) {
    const reason = unfinished(run)
    if (reason !== undefined) {
      leftOut.push({ folder: run.folder, reason })
      continue
    }
    const key = JSON.stringify(settingsOf(run))
    const seeds = groups.get(key) ?? new Map<string, RunRecord>()
    groups.set(key, seeds)
    const seed = JSON.stringify(run.config['seed'])
    const twin = seeds.get(seed)
    if (twin !== undefined) leftOut.push({ folder: twin.folder, reason: `same settings and seed as ${run.folder}` })
    seeds.set(seed, run)
  }
  const members = [...groups.values()].map((seeds) => [...seeds.values()])
  const all = members.map(([run]) => new Map(run === undefined ? [] : settingsOf(run)))
  const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))]
  const differing = names.filter((name) => new Set(all.map((settings) => JSON.stringify(settings.get(name)))).size > 1)
  return {
    leftOut,
    groups: members.map((runs, i) => {
      const settings = Object.fromEntries(
        differing.flatMap((name) => (all[i]?.has(name) ? [[name, all[i].get(name)]] : [])),
      )
      return { label: labelOf(settings, runs[0]), settings, runs }
    }),
  }
}

function unfinished({ status, epochs }: RunRecord): string | undefined {
  if (status !== 'completed') return status === 'running' ? 'it has not ended' : `it ${status}`
  return epochs.length === 0 ? 'it has no epoch in its metrics' : undefined
}

/** Settings by dotted name, sorted: `{ a: { b: 1 } }` is `a.b`. */
function settingsOf({ config }: RunRecord): readonly (readonly [name: string, value: unknown])[] {
  const flat = (value: unknown, path: string): readonly (readonly [string, unknown])[] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([name, child]) => flat(child, path === '' ? name : `${path}.${name}`))
      : [[path, value]]
  return flat(config, '')
    .filter(([name]) => !IRRELEVANT.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
}

function labelOf(settings: JsonRecord, run: RunRecord | undefined): string {
  // `null` and an empty list stand for what does not apply.
  const shown = Object.entries(settings).filter(
    ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
  )
  if (shown.length > 0) return shown.map(([name, value]) => `${name} ${show(value)}`).join(', ')
  if (Object.keys(settings).length > 0)
    return Object.keys(settings)
      .map((name) => `no ${name}`)
      .join(', ')
  return `${show(run?.config['model'])} on ${show(run?.config['data'])}`
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.map(show).join(' ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
