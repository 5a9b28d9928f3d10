import { axis, type Chart, drawChart, FAINT, INK, rounded, SERIES } from './chart.ts'
import type { SiteObservation } from './report-lines.ts'

/** A number for each site. */
export interface SiteSeries {
  readonly name: string
  readonly values: readonly (readonly [site: string, value: number])[]
  /** Joined by a line; dots unless given. */
  readonly joined?: boolean
  /** Rings around the dots of another series, with which they may coincide. */
  readonly ring?: boolean
  /** The index of its colour. */
  readonly color: number
}

/** How numbers by site are drawn. */
export interface BySiteOptions {
  readonly label: string
  /** The title of the axis of numbers. */
  readonly value: string
  readonly log?: boolean
  /** More for the axis of numbers. */
  readonly axis?: { readonly [option: string]: unknown }
}

/** Longer names are abbreviated, all of them alike. */
const LONGEST = 20

/**
 * Draws numbers by site, the site next to the images at the top, so that a gradient comes from below. Names stand at the
 * side, as many as there is room for.
 */
export function drawBySite(
  series: readonly SiteSeries[],
  { label, value, log = false, axis: more }: BySiteOptions,
): Chart {
  const names = [...new Set(series.flatMap(({ values }) => values.map(([site]) => site)))]
  const shown = names.some(({ length }) => length > LONGEST) ? names.map(abbreviated) : names
  const widest = Math.max(...shown.map(({ length }) => length))
  const height = Math.min(620, 66 + 22 * names.length)
  const svg = drawChart(
    {
      grid: { left: 18 + 6.2 * widest, right: 18, top: 8, bottom: 44 },
      xAxis: axis(value, { type: log ? 'log' : 'value', ...more }),
      yAxis: {
        type: 'category',
        data: shown,
        inverse: true,
        axisLabel: { color: INK, fontSize: 11 },
        axisLine: { lineStyle: { color: INK } },
        axisTick: { show: false },
        splitLine: { show: true, lineStyle: { color: FAINT, type: 'dotted' } },
      },
      series: series.map(({ values, joined, ring, color }) => {
        const paint = SERIES[color % SERIES.length]
        const at = new Map(values)
        return {
          type: 'line',
          data: names.flatMap((site, i) => {
            const x = at.get(site)
            return x === undefined || !Number.isFinite(x) || (log && x <= 0) ? [] : [[rounded(x), i]]
          }),
          symbol: 'circle',
          symbolSize: ring ? 10 : 7,
          itemStyle: ring ? { color: 'transparent', borderColor: paint, borderWidth: 1.75 } : { color: paint },
          lineStyle: { color: paint, width: joined ? 1.5 : 0 },
        }
      }),
    },
    { label, height },
  )
  return { svg, keys: series.map(({ name, color }) => ({ name, color })) }
}

/** s1/b2/conv1/norm for stage1/block2/conv1/normalization. */
function abbreviated(name: string): string {
  return name
    .replace(/\bstage(\d+)/, 's$1')
    .replace(/\bblock(\d+)/, 'b$1')
    .replace(/normalization$/, 'norm')
    .replace(/activation$/, 'act')
    .replace(/output$/, 'out')
}

/** The distribution of a feature map, as small as a word. */
export function drawHistogram({ name, histogram }: SiteObservation): string {
  const { fractions, range } = histogram
  const width = (range[1] - range[0]) / fractions.length
  const points = fractions.flatMap((part, i) => [
    [range[0] + i * width, rounded(part)],
    [range[0] + (i + 1) * width, rounded(part)],
  ])
  const bare = { show: false, type: 'value' }
  return drawChart(
    {
      grid: { left: 1, right: 1, top: 2, bottom: 1 },
      xAxis: { ...bare, min: range[0], max: range[1] },
      yAxis: { ...bare, min: 0 },
      series: [
        {
          type: 'line',
          data: points,
          showSymbol: false,
          lineStyle: { color: SERIES[0], width: 1 },
          areaStyle: { color: SERIES[0], opacity: 0.35 },
        },
        // Where 0 is.
        {
          type: 'line',
          showSymbol: false,
          lineStyle: { color: INK, width: 1, opacity: 0.5 },
          data: [
            [0, 0],
            [0, Math.max(...fractions)],
          ],
        },
      ],
    },
    { label: `Distribution of the feature map at ${name}, from ${range[0]} to ${range[1]}`, width: 128, height: 30 },
  )
}

/** One number of each site, for `drawBySite`. */
export function bySite(
  sites: readonly SiteObservation[],
  of: (site: SiteObservation) => number | undefined,
): SiteSeries['values'] {
  return sites.flatMap((site) => {
    const value = of(site)
    return value === undefined ? [] : [[site.name, value] as const]
  })
}
