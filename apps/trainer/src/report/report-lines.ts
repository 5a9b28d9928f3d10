import { z } from 'zod'

/** What passes through a site in a backward pass. */
export interface FlowNumbers {
  /** Mean of the absolute gradient. */
  readonly meanAbs: number
  /** Root of the mean squared gradient. */
  readonly rms: number
  /** The gradient's norm over a batch. */
  readonly norm: number
  /** The part of the gradient that is not 0. */
  readonly kept: number
}

/** What is observed at a site. */
export interface SiteObservation {
  readonly name: string
  /** Whether an activation follows: the feature map holds the net values. */
  readonly net: boolean
  /** The gradient as it arrives. */
  readonly flow: FlowNumbers
  /** The gradient as it goes on, where something shapes it. */
  readonly shaped?: FlowNumbers | undefined
  /** The part of the feature map at -2 or below, or at 2 or above: where tanh is flat. */
  readonly saturated: number
  /** The part of the feature map below 0: where ReLU is flat. */
  readonly negative: number
  /** The feature map's distribution: fractions in bins of equal width over `range`, and outside of it. */
  readonly histogram: {
    readonly range: readonly [low: number, high: number]
    readonly fractions: readonly number[]
    readonly below: number
    readonly above: number
    readonly nan: number
    /** How many numbers the fractions stand for. */
    readonly count: number
  }
}

/** The gradients of some training images after an epoch: a line of `metrics.jsonl`. */
export interface SitesLine {
  readonly kind: 'sites'
  /** Epochs that are complete. */
  readonly epoch: number
  /** Steps so far. */
  readonly step: number
  /** How many training images were looked at. */
  readonly images: number
  readonly sites: readonly SiteObservation[]
  /** Why nothing was seen, then and later. */
  readonly problem?: string | undefined
}

/** An image that the model gets wrong. */
export interface Mistake {
  /** Its place in the test images, from 0. */
  readonly index: number
  readonly label: number
  readonly predicted: number
  /** What the model gives its prediction, 0 to 1. */
  readonly probability: number
  /** What the model gives the label, 0 to 1. */
  readonly labelProbability: number
  /** The image, as a PNG in base64. */
  readonly png: string
}

/** What the model at the end of a run takes for what: a line of `metrics.jsonl`. */
export interface TestLine {
  readonly kind: 'test'
  readonly epoch: number
  readonly step: number
  readonly classNames: readonly string[]
  /** `confusion[label][predicted]`: how many test images. */
  readonly confusion: readonly (readonly number[])[]
  /** Those of which it is surest, first. */
  readonly mistakes: readonly Mistake[]
}

const number = z
  .number()
  .nullable()
  .transform((x) => x ?? Number.NaN)
const flow = z.object({ meanAbs: number, rms: number, norm: number, kept: number })

/** What `SitesLine` says, as a check of what stands in a file. */
export const sitesLine: z.ZodType<SitesLine> = z.object({
  kind: z.literal('sites'),
  epoch: z.number(),
  step: z.number(),
  images: z.number(),
  problem: z.string().optional(),
  sites: z.array(
    z.object({
      name: z.string(),
      net: z.boolean(),
      flow,
      shaped: flow.optional(),
      saturated: number,
      negative: number,
      histogram: z.object({
        range: z.tuple([z.number(), z.number()]),
        fractions: z.array(number),
        below: number,
        above: number,
        nan: number,
        count: z.number(),
      }),
    }),
  ),
})

/** What `TestLine` says, as a check of what stands in a file. */
export const testLine: z.ZodType<TestLine> = z.object({
  kind: z.literal('test'),
  epoch: z.number(),
  step: z.number(),
  classNames: z.array(z.string()),
  confusion: z.array(z.array(z.number())),
  mistakes: z.array(
    z.object({
      index: z.number(),
      label: z.number(),
      predicted: z.number(),
      probability: number,
      labelProbability: number,
      png: z.base64(),
    }),
  ),
})
