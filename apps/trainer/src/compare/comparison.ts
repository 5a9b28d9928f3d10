import type { JsonRecord, RunRecord } from '../report/read-run.ts'
import { holm, type Sample, sampleOf, type WelchTest, welchTest } from '../statistics/welch.ts'
import { groupRuns, type LeftOut, type RunGroup } from './group-runs.ts'

/** A number that each run ends with. */
export type MeasureName = 'testAccuracy' | 'testLoss' | 'trainLoss' | 'imagesPerSecond'

/** What is said of a difference. */
export type Verdict = 'within noise' | 'more than noise' | 'unknown'

/** A run, and what it ended with. */
interface ComparedRun {
  readonly folder: string
  readonly seed: unknown
  readonly measures: Readonly<Record<MeasureName, number>>
}

/** Runs that differ in their seed alone, and what they have in common. */
export interface ComparedGroup {
  readonly label: string
  readonly settings: JsonRecord
  readonly runs: readonly ComparedRun[]
  readonly measures: Readonly<Record<MeasureName, Sample>>
}

/** A group's difference to the first group in one measure. */
export interface Difference {
  readonly measure: MeasureName
  readonly group: string
  readonly against: string
  /** The mean of the group minus that of the first. */
  readonly difference: number
  /** Welch's test; nothing where there is no spread to hold the difference against. */
  readonly test?: WelchTest
  /** p after Holm, for all groups of this measure. */
  readonly adjustedP?: number
  readonly verdict: Verdict
}

/** All that `gg compare` says. */
export interface Comparison {
  readonly groups: readonly ComparedGroup[]
  readonly differences: readonly Difference[]
  readonly leftOut: readonly LeftOut[]
}

/** The chance of calling noise a difference, over all groups of a measure. */
const LEVEL = 0.05

const MEASURES: Readonly<Record<MeasureName, (run: RunRecord) => number>> = {
  testAccuracy: ({ epochs, final }) => (final ?? epochs.at(-1))?.testAccuracy ?? Number.NaN,
  testLoss: ({ epochs, final }) => (final ?? epochs.at(-1))?.testLoss ?? Number.NaN,
  trainLoss: ({ epochs }) => epochs.at(-1)?.trainLoss ?? Number.NaN,
  imagesPerSecond: ({ epochs }) => median(epochs.map(({ imagesPerSecond }) => imagesPerSecond)),
}

// Speed differs with what else the machine does, which no seed chooses: there is no test of it.
const TESTED = ['testAccuracy', 'testLoss'] as const

/**
 * Groups runs by their settings and holds each group against the first one: what the last epoch ended with, over seeds.
 *
 * A difference is more than noise where Welch's p, adjusted after Holm for the number of groups, is below 0.05. Otherwise
 * the runs cannot tell the groups apart, which does not mean that they are equal; the interval says how far apart they
 * may be.
 */
export function compareRuns(records: readonly RunRecord[]): Comparison {
  const { groups, leftOut } = groupRuns(records)
  const compared = groups.map(measureGroup)
  const [first, ...others] = compared
  if (first === undefined) return { groups: [], differences: [], leftOut }
  return {
    groups: compared,
    leftOut,
    differences: TESTED.flatMap((measure) => differencesIn(measure, first, others)),
  }
}

function measureGroup({ label, settings, runs }: RunGroup): ComparedGroup {
  const compared = runs.map((run) => ({
    folder: run.folder,
    seed: run.config['seed'],
    measures: eachMeasure((measure) => MEASURES[measure](run)),
  }))
  const measures = eachMeasure((measure) => sampleOf(compared.map((run) => run.measures[measure])))
  return { label, settings, runs: compared, measures }
}

function differencesIn(
  measure: MeasureName,
  first: ComparedGroup,
  others: readonly ComparedGroup[],
): readonly Difference[] {
  const tests = others.map((group) => welchTest(first.measures[measure], group.measures[measure]))
  const adjusted = holm(tests.flatMap((test) => test?.p ?? []))
  let tested = 0
  return others.map((group, i): Difference => {
    const test = tests[i]
    const adjustedP = test === undefined ? undefined : adjusted[tested++]
    return {
      measure,
      group: group.label,
      against: first.label,
      difference: group.measures[measure].mean - first.measures[measure].mean,
      ...(test !== undefined && adjustedP !== undefined && { test, adjustedP }),
      verdict: adjustedP === undefined ? 'unknown' : adjustedP < LEVEL ? 'more than noise' : 'within noise',
    }
  })
}

function eachMeasure<T>(of: (measure: MeasureName) => T): Readonly<Record<MeasureName, T>> {
  return Object.fromEntries(
    Object.keys(MEASURES).map((measure) => [measure, of(measure as MeasureName)]),
  ) as unknown as Readonly<Record<MeasureName, T>>
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2
}
