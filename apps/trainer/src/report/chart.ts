import { createHash } from 'node:crypto'
import { LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([GridComponent, LineChart, ScatterChart, SVGRenderer])

/**
 * Colours by what they are for. A page chooses what they are: each stands for a variable of its style sheet, so that one
 * drawing is read on a light and on a dark page.
 */
export const INK = '#010101'
/** Lines that are not to be looked at. */
export const FAINT = '#020202'
/** Series, told apart by people with any colour vision; the seventh is the first again. */
export const SERIES: readonly string[] = ['#040401', '#040402', '#040403', '#040404', '#040405', '#040406']

const VARIABLES: readonly (readonly [color: string, variable: string])[] = [
  [INK, 'var(--ink)'],
  [FAINT, 'var(--faint)'],
  ...SERIES.map((color, i) => [color, `var(--series-${i + 1})`] as const),
]

/** What a colour of a chart stands for. */
interface ChartKey {
  readonly name: string
  /** The index of its colour among the series. */
  readonly color: number
}

/** A chart, and what its colours stand for: a page says it in words of its own, which find their place at any width. */
export interface Chart {
  readonly svg: string
  readonly keys: readonly ChartKey[]
}

/** Options of `drawChart`. */
export interface DrawChartOptions {
  /** What it shows, for those who do not see it; another one for each chart of a page. */
  readonly label: string
  /** In pixels; 400 unless given. A page scales it. */
  readonly width?: number
  /** In pixels; 260 unless given. */
  readonly height?: number
}

/**
 * Draws a chart as an SVG element to stand in a page: it takes the width it is given, and the colours of the page.
 *
 * @param option - What echarts calls so, with the colours of this file.
 * @param options - Label and size.
 */
export function drawChart(option: object, { label, width = 400, height = 260 }: DrawChartOptions): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption({
      animation: false,
      // Without a name in quotes, which echarts would write into a quoted attribute as it stands.
      textStyle: { fontFamily: 'system-ui, sans-serif', color: INK, fontSize: 12 },
      ...option,
    })
    return themed(chart.renderToSVGString(), label)
  } finally {
    chart.dispose()
  }
}

/** The axis of numbers, or of what else `type` says. */
export function axis(name: string, more: { readonly type?: string; readonly [option: string]: unknown } = {}): object {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: { color: INK, fontSize: 12 },
    axisLabel: { color: INK, fontSize: 12, ...(more.type !== 'category' && { formatter: tick }) },
    axisLine: { show: true, lineStyle: { color: INK } },
    axisTick: { lineStyle: { color: INK } },
    splitLine: { lineStyle: { color: FAINT } },
    ...more,
  }
}

/** A number at an axis: 0.05, 20, 1e-4, 2e+6. */
function tick(value: number): string {
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-2 || size >= 1e5)
    ? Number(value.toPrecision(3)).toExponential()
    : String(Number(value.toPrecision(3)))
}

/** Four digits are more than a line on a screen shows, and they keep the file small. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** As an element of a page: names of its own, no rules for the whole page, colours by variables. */
function themed(svg: string, label: string): string {
  // Names that refer to parts of the drawing must not meet those of the next drawing in the page.
  const prefix = `c${createHash('sha256').update(label).digest('hex').slice(0, 8)}-`
  const own = svg
    .replace(/<style[\s\S]*?<\/style>\s*/, '')
    .replaceAll(/ (?:class|ecmeta_\w+|pointer-events|viewBox|version|baseProfile|xmlns:xlink)="[^"]*"/g, '')
    .replaceAll(/zr\d+-/g, prefix)
    .replace(/^<svg width="(\d+)" height="(\d+)"/, (_, width, height) => {
      const name = label.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
      return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}"`
    })
  return VARIABLES.reduce((text, [color, variable]) => text.replaceAll(color, variable), own)
}
