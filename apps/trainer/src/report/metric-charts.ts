import { judged } from '../training/metrics.ts'
import { axis, type Chart, drawChart, rounded, SERIES } from './chart.ts'
import type { RunRecord } from './read-run.ts'

/** A line of a chart. */
export interface ChartLine {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Marks each point, for lines of few. */
  readonly marked?: boolean
  /** The index of its colour; its place among the names unless given. */
  readonly color?: number
}

/** How the chart of some lines is drawn. */
export interface LinesOptions {
  readonly label: string
  readonly x: string
  readonly y: string
  /** Logarithmic; what is not above 0 is left out. */
  readonly log?: boolean
  /** More for the vertical axis. */
  readonly axis?: { readonly [option: string]: unknown }
  readonly height?: number
}

/** Draws lines over a common axis. Lines of one name have one colour. */
export function drawLines(lines: readonly ChartLine[], options: LinesOptions): Chart {
  const names = [...new Set(lines.map(({ name }) => name))]
  const colorOf = ({ name, color }: ChartLine): number => color ?? names.indexOf(name)
  const svg = drawChart(
    {
      grid: { left: 60, right: 14, top: 12, bottom: 44 },
      xAxis: axis(options.x, { min: 0, max: 'dataMax', minInterval: 1, splitLine: { show: false } }),
      yAxis: axis(options.y, {
        type: options.log ? 'log' : 'value',
        scale: true,
        nameGap: 44,
        nameRotate: 90,
        ...options.axis,
      }),
      series: lines.map((line) => {
        const paint = SERIES[colorOf(line) % SERIES.length]
        const points = line.points.filter(([, y]) => Number.isFinite(y) && (!options.log || y > 0))
        return {
          type: 'line',
          data: points.map(([x, y]) => [rounded(x), rounded(y)]),
          showSymbol: line.marked === true,
          symbol: 'circle',
          symbolSize: 6,
          itemStyle: { color: paint },
          lineStyle: { color: paint, width: 1.75 },
        }
      }),
    },
    { label: options.label, ...(options.height !== undefined && { height: options.height }) },
  )
  const keys = names.map((name, i) => ({
    name,
    color: colorOf(lines.find((line) => line.name === name) ?? { name, points: [], color: i }),
  }))
  return { svg, keys: keys.length > 1 ? keys : [] }
}

/** The curves of a run: losses, accuracy and learning rate over epochs. */
export function metricLines(
  run: RunRecord,
): Readonly<Record<'loss' | 'accuracy' | 'learningRate', readonly ChartLine[]>> {
  const { steps, epochs } = run
  const by = epochs[0] === undefined ? 'test' : judged(epochs[0]).by
  return {
    loss: [
      { name: 'training', points: steps.map(({ epoch, trainLoss }) => [epoch, trainLoss]) },
      { name: by, points: epochs.map((line) => [line.epoch, judged(line).loss]), marked: true },
    ],
    accuracy: [
      {
        name: `${by} accuracy`,
        points: epochs.map((line) => [line.epoch, 100 * judged(line).accuracy]),
        marked: true,
        color: 1,
      },
    ],
    learningRate: [
      {
        name: 'learning rate',
        points: steps.map(({ epoch, learningRate }) => [epoch, learningRate ?? Number.NaN]),
        color: 2,
      },
    ],
  }
}
