import { html, type Markup } from '../report/html.ts'
import { type ChartLine, drawLines, metricLines } from '../report/metric-charts.ts'
import { facts, figure, page, section, table } from '../report/page.ts'
import type { RunRecord } from '../report/read-run.ts'
import { drawCurves } from '../runs/curves.ts'
import type { Comparison } from './comparison.ts'
import { caveats, comparisonRows, sentence, TITLES } from './comparison-text.ts'

/** The curves of all compared runs in one SVG image, a colour for each group. */
export function comparisonPicture(records: readonly RunRecord[], comparison: Comparison): string {
  return drawCurves(
    curvesOf(records, comparison).map(({ label, run }) => ({ label, metrics: [...run.steps, ...run.epochs] })),
    { title: 'Training loss and test accuracy, a line for each seed' },
  )
}

/** The comparison as one page that needs nothing but itself. */
export function comparisonPage(records: readonly RunRecord[], comparison: Comparison): string {
  const runs = curvesOf(records, comparison)
  const lines = (of: (run: RunRecord) => readonly ChartLine[]): readonly ChartLine[] =>
    runs.flatMap(({ label, run }) =>
      of(run).map(({ points, marked }) => ({ name: label, points, ...(marked && { marked }) })),
    )
  const groups = comparison.groups.map(({ label, runs: members }) => {
    const seeds = members.map(({ folder, seed }) => html`<div>seed ${String(seed)}: <code>${folder}</code></div>`)
    return [label, html`${seeds}`] as const
  })
  return page(
    `gg compare: ${comparison.groups.map(({ label }) => label).join(' / ')}`,
    html`<header><h1>Comparison of ${runs.length} runs</h1></header>
${comparisonTable(comparison)}
${differences(comparison)}
<div class="charts next">
${figure(
  'Test accuracy',
  drawLines(
    lines((run) => metricLines(run).accuracy),
    { label: 'Test accuracy', x: 'epoch', y: 'test accuracy (%)', axis: { max: 100 } },
  ),
)}
${figure(
  'Training loss',
  drawLines(
    lines((run) => metricLines(run).loss.slice(0, 1)),
    { label: 'Training loss', x: 'epoch', y: 'nats', log: true },
  ),
)}
${figure(
  'Test loss',
  drawLines(
    lines((run) => metricLines(run).loss.slice(1)),
    { label: 'Test loss', x: 'epoch', y: 'nats', log: true },
  ),
)}
</div>
${section('Runs', facts(groups))}`,
  )
}

function comparisonTable({ groups }: Comparison): Markup {
  const [head = [], ...rows] = comparisonRows(groups)
  return table(head, rows)
}

function differences(comparison: Comparison): Markup {
  const { groups, differences: all, leftOut } = comparison
  const held = groups.slice(1).map(({ label }) => {
    const own = all.filter(({ group }) => group === label)
    const items = own.map((one) => html`<li>${TITLES[one.measure]}: ${sentence(one)}</li>`)
    return html`<h3 class="next">${label} against ${own[0]?.against}</h3><ul>${items}</ul>`
  })
  const notes = caveats(comparison).map((line) => html`<div>${line}</div>`)
  const missing = leftOut.map(({ folder, reason }) => html`<div>left out: <code>${folder}</code> (${reason})</div>`)
  return html`${held}<div class="soft">${[...notes, ...missing]}</div>`
}

function curvesOf(
  records: readonly RunRecord[],
  { groups }: Comparison,
): readonly { readonly label: string; readonly run: RunRecord }[] {
  const byFolder = new Map(records.map((run) => [run.folder, run]))
  return groups.flatMap(({ label, runs }) =>
    runs.flatMap(({ folder }) => {
      const run = byFolder.get(folder)
      return run === undefined ? [] : [{ label, run }]
    }),
  )
}
