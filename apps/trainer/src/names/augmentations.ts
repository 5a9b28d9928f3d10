import { type Augmentation, cutout, flip, mixup, padCrop } from '@gg/data'

/** An augmentation by the name that `--augment` takes. */
export type AugmentationName = 'crop' | 'flip' | 'cutout' | 'mixup'

/** An augmentation that can be asked for. */
export interface AugmentationEntry {
  /** One line for `gg list`. */
  readonly summary: string
  create(): Augmentation
}

/** The augmentations there are. */
export const AUGMENTATIONS: Readonly<Record<AugmentationName, AugmentationEntry>> = {
  crop: {
    summary: 'moves images by up to 4 pixels (He et al. 2016)',
    create: () => padCrop({ padding: 4 }),
  },
  flip: {
    summary: 'mirrors every second image left to right',
    create: () => flip(),
  },
  cutout: {
    summary: 'covers a square of 8 pixels (DeVries and Taylor 2017)',
    create: () => cutout({ size: 8 }),
  },
  mixup: {
    summary: 'mixes pairs of images and their labels, alpha 0.2 (Zhang et al. 2018)',
    create: () => mixup({ alpha: 0.2 }),
  },
}
