import type { GradientTransformation } from '@gg/core'
import { type GateOptions, gate } from '@gg/gating'

/** A gradient shaping by the name that `--gradient` takes. */
export type GradientName = 'gate' | 'none'

/** The settings that gradient shapings read. */
export interface GradientSettings {
  readonly gateNormalize: NonNullable<GateOptions['normalize']>
  readonly gateRescale: NonNullable<GateOptions['rescale']>
}

/** A shaping of feature-map gradients that can be asked for. */
export interface GradientEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** What is done to the gradient at each site; nothing to leave the model without sites. */
  readonly create?: (settings: GradientSettings) => GradientTransformation
}

/** The shapings of feature-map gradients there are. */
export const GRADIENTS: Readonly<Record<GradientName, GradientEntry>> = {
  gate: {
    summary: 'gradient gating: times the sigmoid of the feature map',
    create: ({ gateNormalize, gateRescale }) => gate({ normalize: gateNormalize, rescale: gateRescale }),
  },
  none: { summary: 'plain backpropagation' },
}
