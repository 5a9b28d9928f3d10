import type { FlowNumbers, SiteObservation } from '../report/report-lines.ts'
import { judged, type MetricsLine } from '../training/metrics.ts'
import type { Histogram, HistogramValue, ScalarValue } from './event.ts'

/** What TensorBoard is told of a line of metrics: numbers and histograms by name. What is no number is left out. */
export function valuesOf(line: MetricsLine): readonly (ScalarValue | HistogramValue)[] {
  switch (line.kind) {
    case 'step':
      return scalars({ 'loss/training': line.trainLoss, 'learning rate': line.learningRate })
    case 'epoch':
      return scalars({
        'loss/training (epoch)': line.trainLoss,
        [`loss/${judged(line).by}`]: judged(line).loss,
        [`accuracy/${judged(line).by}`]: judged(line).accuracy,
        'images per second': line.imagesPerSecond,
      })
    case 'final':
      return scalars({ 'loss/test': line.testLoss, 'accuracy/test': line.testAccuracy })
    case 'sites':
      return line.sites.flatMap(valuesOfSite)
    case 'test':
      return []
  }
}

function valuesOfSite({
  name,
  net,
  flow,
  shaped,
  negative,
  saturated,
  histogram,
}: SiteObservation): ReturnType<typeof valuesOf> {
  return [
    ...scalars(flowScalars('gradient', name, flow)),
    ...(shaped === undefined ? [] : scalars(flowScalars('shaped gradient', name, shaped))),
    ...(net ? scalars({ [`below 0/${name}`]: negative, [`2 or more from 0/${name}`]: saturated }) : []),
    { tag: `feature maps/${name}`, histogram: histogramOf(histogram) },
  ]
}

function flowScalars(
  group: string,
  site: string,
  { meanAbs, rms, kept }: FlowNumbers,
): Readonly<Record<string, number>> {
  return {
    [`${group} (mean absolute)/${site}`]: meanAbs,
    [`${group} (root mean square)/${site}`]: rms,
    [`${group} (part that is not 0)/${site}`]: kept,
  }
}

/** What lies outside of the range is one bin away from it; sums are those of the middles of the bins. */
function histogramOf({ range: [low, high], fractions, below, above, count }: SiteObservation['histogram']): Histogram {
  const width = (high - low) / fractions.length
  const counts = [below, ...fractions, above].map((part) => Math.round(part * count))
  const middles = counts.map((_, i) => low + (i - 0.5) * width)
  const weighted = (of: (x: number) => number): number => counts.reduce((sum, n, i) => sum + n * of(middles[i] ?? 0), 0)
  return {
    counts,
    limits: counts.map((_, i) => low + i * width),
    min: low - width,
    sum: weighted((x) => x),
    sumOfSquares: weighted((x) => x * x),
  }
}

function scalars(values: Readonly<Record<string, number | null>>): readonly ScalarValue[] {
  return Object.entries(values).flatMap(([tag, scalar]) =>
    scalar === null || Number.isNaN(scalar) ? [] : [{ tag, scalar }],
  )
}
