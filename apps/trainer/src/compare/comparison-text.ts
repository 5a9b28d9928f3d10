import { styleText } from 'node:util'
import type { ComparedGroup, Comparison, Difference, MeasureName, Verdict } from './comparison.ts'

/** Makes words stand out: on a terminal, with escape sequences; elsewhere not at all. */
export type Emphasis = (format: 'bold' | 'dim' | 'green' | 'yellow', text: string) => string

/** For files and pipes. */
export const plain: Emphasis = (_, text) => text

/** For terminals. */
export const colourful: Emphasis = (format, text) => styleText(format, text)

/** What measures are called. */
export const TITLES: Readonly<Record<MeasureName, string>> = {
  testAccuracy: 'test accuracy',
  testLoss: 'test loss',
  trainLoss: 'train loss',
  imagesPerSecond: 'images/s',
}

/**
 * A comparison in words: a table of means and standard deviations over seeds, and a sentence for each difference.
 *
 * @param comparison - With at least one group.
 * @param emphasis - `plain` unless given.
 */
export function comparisonText(comparison: Comparison, emphasis: Emphasis = plain): string {
  const { groups, differences, leftOut } = comparison
  const blocks = [
    table(groups, emphasis),
    ...groups.slice(1).map(({ label }) => {
      const own = differences.filter(({ group }) => group === label)
      const lines = own.map((one) => `  ${TITLES[one.measure].padEnd(13)}  ${sentence(one, emphasis)}`)
      return [emphasis('bold', `${label} against ${own[0]?.against ?? ''}`), ...lines].join('\n')
    }),
    caveats(comparison).join('\n'),
    leftOut.map(({ folder, reason }) => emphasis('dim', `left out: ${folder} (${reason})`)).join('\n'),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

/** Means and spreads in rows, a title above each column. */
export function comparisonRows(groups: readonly ComparedGroup[]): readonly (readonly string[])[] {
  const measures = Object.entries(TITLES) as readonly (readonly [MeasureName, string])[]
  return [
    ['', 'runs', ...measures.map(([, title]) => title)],
    ...groups.map(({ label, runs, measures: samples }) => [
      label,
      String(runs.length),
      ...measures.map(([name]) => meanAndSpread(name, samples[name])),
    ]),
  ]
}

function table(groups: readonly ComparedGroup[], emphasis: Emphasis): string {
  const rows = comparisonRows(groups)
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? []
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i === 1 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return [emphasis('dim', lines[0] ?? ''), ...lines.slice(1)].join('\n')
}

function meanAndSpread(measure: MeasureName, { mean, deviation }: ComparedGroup['measures'][MeasureName]): string {
  const unit = measure === 'testAccuracy' ? ' %' : ''
  const spread = Number.isNaN(deviation) ? '' : ` ± ${show(measure, deviation)}`
  return `${show(measure, mean)}${spread}${unit}`
}

/** What is to be said of a difference. */
export function sentence(
  { measure, difference, test, adjustedP, verdict }: Difference,
  emphasis: Emphasis = plain,
): string {
  const size = show(measure, Math.abs(difference))
  // A difference that rounds to 0 has no direction worth a word.
  const direction = Number(size) === 0 ? 'different' : difference > 0 ? 'higher' : 'lower'
  const what = `${size}${measure === 'testAccuracy' ? ' points' : ''} ${direction}`
  if (test === undefined || adjustedP === undefined)
    return `${what}: ${emphasis('dim', 'no spread to hold it against')}`
  const [low, high] = test.interval.map((end) => `${end < 0 ? '-' : '+'}${show(measure, Math.abs(end))}`)
  return `${what}, 95 % interval ${low} to ${high}, ${showP(adjustedP)}: ${emphasis(COLOURS[verdict], verdict)}`
}

const COLOURS: Readonly<Record<Verdict, 'dim' | 'green' | 'yellow'>> = {
  'within noise': 'yellow',
  'more than noise': 'green',
  unknown: 'dim',
}

/** How all of it is to be read, line by line. */
export function caveats({ groups, differences }: Comparison): readonly string[] {
  const verdicts = new Set(differences.map(({ verdict }) => verdict))
  const lines: string[] = []
  if (groups.length > 1)
    lines.push("Mean ± standard deviation over seeds after the last epoch; differences by Welch's t-test.")
  if (groups.length > 2) lines.push(`p is adjusted for ${groups.length - 1} comparisons in each measure (Holm).`)
  if (verdicts.has('within noise')) {
    lines.push(
      'Within noise: these runs cannot tell the groups apart, which does not make them equal. More seeds say more.',
    )
  }
  if (groups.some(({ runs }) => runs.length < 2)) {
    lines.push('One run has no spread: train the same settings with other seeds (gg train --seed 1, 2, ...).')
  }
  return lines
}

function show(measure: MeasureName, value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (measure === 'testAccuracy') return (100 * value).toFixed(2)
  return measure === 'imagesPerSecond' ? Math.round(value).toLocaleString('en-US') : value.toFixed(4)
}

function showP(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toPrecision(2)}`
}
