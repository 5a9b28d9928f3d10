import type { SitesLine, TestLine } from '../report/report-lines.ts'

/** The training loss over the last few steps. */
export interface StepMetrics {
  readonly kind: 'step'
  /** Epochs that are complete at the end of this step, with their part: 1.25 is a quarter into the second. */
  readonly epoch: number
  /** Steps so far. */
  readonly step: number
  /** Mean loss over the images since the last such line. */
  readonly trainLoss: number
  /** Of this step; `null` where no part of the optimizer says what it is. */
  readonly learningRate: number | null
}

/** What there is to say at the end of an epoch. All but the last two follow from the settings alone. */
export interface EpochMetrics {
  readonly kind: 'epoch'
  /** From 1. */
  readonly epoch: number
  /** Steps so far. */
  readonly step: number
  /** Mean loss over the epoch's images, each at its own step. */
  readonly trainLoss: number
  /** Mean loss over the test images; not there where images are held out to choose by. */
  readonly testLoss?: number
  /** The part of the test images that the model is right on, 0 to 1; not there where images are held out. */
  readonly testAccuracy?: number
  /** Mean loss over the images that are held out, where there are some. */
  readonly validationLoss?: number
  /** The part of the images held out that the model is right on, 0 to 1. */
  readonly validationAccuracy?: number
  /** Of the epoch's last step; `null` where no part of the optimizer says what it is. */
  readonly learningRate: number | null
  /** Training images a second, tests not counted. */
  readonly imagesPerSecond: number
  /** Seconds since the training began, tests included. */
  readonly seconds: number
}

/** The one look at the test images of a run that holds images out, with the weights at its end. */
export interface FinalMetrics {
  readonly kind: 'final'
  readonly epoch: number
  readonly step: number
  /** Mean loss over the test images. */
  readonly testLoss: number
  /** The part of the test images that the model is right on, 0 to 1. */
  readonly testAccuracy: number
}

/** How a run goes. */
export type Metrics = StepMetrics | EpochMetrics

/** One line of `metrics.jsonl`. */
export type MetricsLine = Metrics | FinalMetrics | SitesLine | TestLine

/** What an epoch was judged by. */
export interface Judged {
  readonly by: 'validation' | 'test'
  readonly loss: number
  readonly accuracy: number
}

/** The images that are held out judge an epoch, and the test images where none are. */
export function judged({ testLoss, testAccuracy, validationLoss, validationAccuracy }: EpochMetrics): Judged {
  return validationAccuracy === undefined
    ? { by: 'test', loss: testLoss ?? Number.NaN, accuracy: testAccuracy ?? Number.NaN }
    : { by: 'validation', loss: validationLoss ?? Number.NaN, accuracy: validationAccuracy }
}
