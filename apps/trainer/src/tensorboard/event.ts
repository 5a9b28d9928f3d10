import { PbfWriter } from 'pbf'

/** A number under a name. */
export interface ScalarValue {
  readonly tag: string
  readonly scalar: number
}

/** Counts under a name. */
export interface HistogramValue {
  readonly tag: string
  readonly histogram: Histogram
}

/** How many numbers lie where. */
export interface Histogram {
  /** The upper ends of the buckets, ascending. */
  readonly limits: readonly number[]
  /** One for each limit. */
  readonly counts: readonly number[]
  /** The lower end of the first bucket. */
  readonly min: number
  readonly sum: number
  readonly sumOfSquares: number
}

/** What there is to say at a step. */
export interface TensorboardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly step: number
  readonly values: readonly (ScalarValue | HistogramValue)[]
}

/** The first record of a file, which says what the others are. */
export function versionEvent(wallTime: number): Uint8Array {
  const event = new PbfWriter()
  event.writeDoubleField(1, wallTime)
  event.writeStringField(3, 'brain.Event:2')
  return event.finish()
}

/**
 * An event as TensorFlow's protobuf `Event` (event.proto, summary.proto): 1 wall_time, 2 step, 5 summary, in which 1 is a
 * value, with 1 tag, 2 simple_value, 5 histo.
 */
export function encodeEvent({ wallTime, step, values }: TensorboardEvent): Uint8Array {
  const event = new PbfWriter()
  event.writeDoubleField(1, wallTime)
  event.writeVarintField(2, step)
  event.writeMessage(5, writeValues, values)
  return event.finish()
}

function writeValues(values: TensorboardEvent['values'], summary?: PbfWriter): void {
  for (const value of values) summary?.writeMessage(1, writeValue, value)
}

function writeValue(value: ScalarValue | HistogramValue, message?: PbfWriter): void {
  message?.writeStringField(1, value.tag)
  if ('scalar' in value) message?.writeFloatField(2, value.scalar)
  else message?.writeMessage(5, writeHistogram, value.histogram)
}

/** `HistogramProto`: 1 min, 2 max, 3 num, 4 sum, 5 sum_squares, 6 bucket_limit, 7 bucket. */
function writeHistogram(histogram: Histogram, message?: PbfWriter): void {
  const { limits, counts, min, sum, sumOfSquares } = histogram
  message?.writeDoubleField(1, min)
  message?.writeDoubleField(2, limits.at(-1) ?? min)
  message?.writeDoubleField(
    3,
    counts.reduce((total, n) => total + n, 0),
  )
  message?.writeDoubleField(4, sum)
  message?.writeDoubleField(5, sumOfSquares)
  message?.writePackedDouble(6, [...limits])
  message?.writePackedDouble(7, [...counts])
}
