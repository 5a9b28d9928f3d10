import { LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { type EpochMetrics, judged, type Metrics, type StepMetrics } from '../training/metrics.ts'

use([GridComponent, LegendComponent, LineChart, SVGRenderer, TitleComponent])

/** One run's curves. Runs of one label, such as the seeds of one setting, share a colour. */
export interface CurvesRun {
  readonly label: string
  readonly metrics: readonly Metrics[]
}

/** Options of `drawCurves`. */
export interface DrawCurvesOptions {
  /** Above the curves; none unless given. */
  readonly title?: string
  /** In pixels; 880 unless given. */
  readonly width?: number
  /** In pixels; 340 unless given. */
  readonly height?: number
}

// Okabe and Ito's colours, which people with any colour vision tell apart.
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']
// Without a name in quotes, which echarts would write into a quoted attribute as it stands.
const FONT = 'system-ui, Helvetica, Arial, sans-serif'
const INK = '#24292f'
const KEY = { icon: 'roundRect', itemWidth: 20, itemHeight: 4, itemGap: 24 }
const FAINT = '#d8dee4'

/**
 * Draws training loss and test accuracy over epochs as an SVG image.
 *
 * @param runs - At least one; a legend names the labels if there is more than one.
 * @param options - Title and size.
 * @returns the text of the SVG file
 */
export function drawCurves(runs: readonly CurvesRun[], options: DrawCurvesOptions = {}): string {
  const { title, width = 880, height = 340 } = options
  const labels = [...new Set(runs.map(({ label }) => label))]
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  const top = (title === undefined ? 24 : 56) + (labels.length > 1 ? 28 : 0)
  const left = 62
  const thickness = runs.length > 1 ? 1.5 : 2
  const panel = (width - 2 * left - 48) / 2
  const judges = new Set(runs.flatMap(({ metrics }) => metrics.filter(isEpoch).map((line) => judged(line).by)))
  const by = judges.size === 0 ? 'test' : [...judges].join(' or ')
  const epochs = Math.max(...runs.flatMap(({ metrics }) => metrics.map(({ epoch }) => epoch)))
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      color: COLORS,
      textStyle: { fontFamily: FONT, color: INK },
      ...(title !== undefined && {
        title: { text: title, left: 'center', top: 14, textStyle: { fontSize: 15, fontWeight: 600, color: INK } },
      }),
      ...(labels.length > 1 && {
        legend: { data: labels, top: title === undefined ? 8 : 42, textStyle: { fontSize: 13, color: INK }, ...KEY },
      }),
      grid: [0, 1].map((i) => ({
        left: left + i * (panel + left + 24),
        width: panel,
        top: top + 16,
        bottom: 52,
      })),
      xAxis: [0, 1].map((gridIndex) => ({ ...axis('epoch'), gridIndex, min: 0, max: epochs, minInterval: 1 })),
      yAxis: [
        { ...axis('training loss (nats)'), type: 'log' },
        { ...axis(`${by} accuracy (%)`), scale: true, max: 100 },
      ].map((y, i) => ({ ...y, nameGap: 44, nameRotate: 90, gridIndex: i })),
      series: runs.flatMap(({ label, metrics }) => {
        const color = COLORS[labels.indexOf(label) % COLORS.length]
        const common = {
          type: 'line',
          name: label,
          color,
          itemStyle: { color },
          lineStyle: { color, width: thickness },
        }
        // The axis is logarithmic, and a model may be so sure that its loss rounds to 0.
        const losses = metrics
          .filter(isStep)
          .filter(({ trainLoss }) => trainLoss > 0)
          .map(({ epoch, trainLoss }) => [epoch, round(trainLoss)])
        const accuracies = metrics.filter(isEpoch).map((line) => [line.epoch, round(100 * judged(line).accuracy)])
        return [
          { ...common, data: losses, xAxisIndex: 0, yAxisIndex: 0, showSymbol: false },
          { ...common, data: accuracies, xAxisIndex: 1, yAxisIndex: 1, symbol: 'circle', symbolSize: 7 },
        ]
      }),
    })
    return still(chart.renderToSVGString())
  } finally {
    chart.dispose()
  }
}

/**
 * Only the picture: echarts prepares its SVG for a page that follows the pointer, and numbers the names in it by all
 * charts that the process has drawn.
 */
function still(svg: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>\s*/, '')
    .replaceAll(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, '')
    .replaceAll(/zr\d+-/g, '')
}

function axis(name: string): object {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap: 30,
    nameTextStyle: { fontSize: 13, color: INK },
    axisLabel: { fontSize: 12, color: INK },
    axisLine: { show: true, lineStyle: { color: INK } },
    splitLine: { lineStyle: { color: FAINT } },
  }
}

function isStep(metrics: Metrics): metrics is StepMetrics {
  return metrics.kind === 'step'
}

function isEpoch(metrics: Metrics): metrics is EpochMetrics {
  return metrics.kind === 'epoch'
}

/** Four digits are more than a line on a screen shows, and they keep the file small. */
function round(value: number): number {
  return Number(value.toPrecision(4))
}
