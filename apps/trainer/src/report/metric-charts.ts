import { axis, drawChart, legend, rounded, SERIES } from './chart.ts'
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
  readonly axis?: object
  readonly height?: number
}

/** Draws lines over a common axis. Lines of one name have one colour and one entry in the legend. */
export function drawLines(lines: readonly ChartLine[], options: LinesOptions): string {
  const names = [...new Set(lines.map(({ name }) => name))]
  const rows = names.length > 1 ? Math.ceil(names.reduce((sum, name) => sum + name.length * 6.5 + 36, 0) / 440) : 0
  return drawChart(
    {
      ...(names.length > 1 && legend(names)),
      grid: { left: 58, right: 14, top: 14 + 22 * rows, bottom: 46 },
      xAxis: axis(options.x, { min: 'dataMin', max: 'dataMax', minInterval: 1, splitLine: { show: false } }),
      yAxis: axis(options.y, {
        type: options.log ? 'log' : 'value',
        scale: true,
        nameGap: 42,
        nameRotate: 90,
        ...options.axis,
      }),
      series: lines.map(({ name, points, marked, color }) => {
        const paint = SERIES[(color ?? names.indexOf(name)) % SERIES.length]
        return {
          type: 'line',
          name,
          data: points
            .filter(([, y]) => Number.isFinite(y) && (!options.log || y > 0))
            .map(([x, y]) => [rounded(x), rounded(y)]),
          showSymbol: marked === true,
          symbol: 'circle',
          symbolSize: 6,
          color: paint,
          itemStyle: { color: paint },
          lineStyle: { color: paint, width: 1.75 },
        }
      }),
    },
    { label: options.label, height: (options.height ?? 280) + 22 * rows },
  )
}

/** The curves of a run: losses, accuracy and learning rate over epochs. */
export function metricLines(
  run: RunRecord,
): Readonly<Record<'loss' | 'accuracy' | 'learningRate', readonly ChartLine[]>> {
  const { steps, epochs } = run
  return {
    loss: [
      { name: 'training', points: steps.map(({ epoch, trainLoss }) => [epoch, trainLoss]) },
      { name: 'test', points: epochs.map(({ epoch, testLoss }) => [epoch, testLoss]), marked: true },
    ],
    accuracy: [
      {
        name: 'test accuracy',
        points: epochs.map(({ epoch, testAccuracy }) => [epoch, 100 * testAccuracy]),
        marked: true,
        color: 1,
      },
    ],
    learningRate: [
      { name: 'learning rate', points: steps.map(({ epoch, learningRate }) => [epoch, learningRate]), color: 2 },
    ],
  }
}
