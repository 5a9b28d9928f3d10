import { axis, type Chart, drawChart, INK, SERIES } from './chart.ts'
import { html, type Markup } from './html.ts'
import { figure, section, table } from './page.ts'
import type { Mistake, TestLine } from './report-lines.ts'

/** With more classes there is no room for a number in a cell. */
const NUMBERED = 20
/** How many pairs of classes are listed. */
const PAIRS = 10

/** What the model takes for what, and the mistakes of which it is surest; nothing for a run that did not look. */
export function testSections(line: TestLine | undefined): readonly Markup[] {
  if (line === undefined) return []
  const { confusion, classNames, mistakes } = line
  const all = confusion.flat().reduce((sum, n) => sum + n, 0)
  const right = confusion.reduce((sum, row, i) => sum + (row[i] ?? 0), 0)
  return [
    section(
      'Test images',
      html`<div class="columns">${[
        figure(
          'Confusion',
          drawConfusion(confusion, classNames),
          `Rows are what an image shows, columns what it is taken for. ${right.toLocaleString('en-US')} of ${all.toLocaleString('en-US')} are right.`,
        ),
        html`<div><h3>Most frequent mistakes</h3>${pairs(confusion, classNames)}</div>`,
      ]}</div>`,
    ),
    section(
      'Mistakes it is surest of',
      mistakes.length === 0
        ? html`<p>It makes none on these images.</p>`
        : html`<div class="pictures">${mistakes.map((one) => card(one, classNames))}</div>`,
    ),
  ]
}

function drawConfusion(confusion: readonly (readonly number[])[], classNames: readonly string[]): Chart {
  const n = classNames.length
  const side = 460
  const widest = Math.min(12, Math.max(...classNames.map((name) => name.length)))
  const left = 44 + 7.4 * widest
  const cell = (side - left - 10) / n
  const numbers = n <= NUMBERED
  const data = confusion.flatMap((row, label) => {
    const total = row.reduce((sum, k) => sum + k, 0)
    return row.flatMap((count, predicted) => {
      if (count === 0) return []
      const right = label === predicted
      const part = count / total
      return [
        {
          value: [predicted, label, count],
          // Mistakes are few: their share is drawn by its root, or none of them would be seen.
          itemStyle: {
            color: SERIES[right ? 0 : 1],
            opacity: (numbers ? 0.08 : 0.4) + 0.5 * (right ? part : Math.sqrt(part)),
          },
        },
      ]
    })
  })
  const names = {
    type: 'category',
    data: classNames,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: INK } },
    axisLabel: { color: INK, fontSize: 11, width: 14 + 6.6 * widest, overflow: 'truncate' },
  }
  const svg = drawChart(
    {
      grid: { left, right: 10, top: 10, bottom: left },
      xAxis: axis('taken for', {
        ...names,
        nameGap: left - 16,
        axisLabel: { ...names.axisLabel, rotate: widest > 3 ? 90 : 0 },
      }),
      yAxis: axis('shows', { ...names, inverse: true, nameGap: left - 14, nameRotate: 90 }),
      series: [
        { type: 'scatter', symbol: 'rect', symbolSize: cell - (numbers ? 1 : 0), data },
        // Numbers apart from the cells, or they would be as faint.
        {
          type: 'scatter',
          symbolSize: 1,
          data: numbers ? data.map(({ value }) => value) : [],
          itemStyle: { opacity: 0 },
          label: {
            show: true,
            opacity: 1,
            color: INK,
            fontSize: n > 12 ? 9 : 12,
            formatter: ({ value }: { readonly value: readonly number[] }) => String(value[2]),
          },
        },
      ],
    },
    { label: 'Confusion matrix', width: side, height: side },
  )
  return { svg, keys: [] }
}

function pairs(confusion: readonly (readonly number[])[], classNames: readonly string[]): Markup {
  const found = confusion
    .flatMap((row, label) => {
      const total = row.reduce((sum, k) => sum + k, 0)
      return row.map((count, predicted) => ({ label, predicted, count, part: count / total }))
    })
    .filter(({ label, predicted, count }) => label !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, PAIRS)
  const rows = found.map(({ label, predicted, count, part }) => [
    html`${classNames[label]} taken for ${classNames[predicted]}`,
    String(count),
    `${(100 * part).toFixed(1)} %`,
  ])
  return found.length === 0 ? html`<p>None.</p>` : table(['', 'images', 'of its class'], rows)
}

function card(
  { index, label, predicted, probability, labelProbability, png }: Mistake,
  names: readonly string[],
): Markup {
  const percent = (p: number): string => `${(100 * p).toFixed(1)}\u00a0%`
  return html`<div class="picture">
<img src="data:image/png;base64,${png}" alt="Test image ${index}: ${names[label]}, taken for ${names[predicted]}">
<div><b class="bad">${names[predicted]}</b> ${percent(probability)}</div>
<div>is <b>${names[label]}</b> ${percent(labelProbability)}</div>
<div class="soft">image ${index}</div>
</div>`
}
