import type { ImageShape } from './image-dataset.ts'

/** The second of the two labels that each image has after `mixup`, and how much the first one counts. */
export interface Mixup {
  /** One class per image: of the image that was mixed in. */
  readonly labels: Int32Array
  /** Weight of the image's own label, 0 to 1; that of the second is one minus it. */
  readonly weights: Float32Array
}

/** Some images of a data set, copied: a batch may be kept, changed or sent to a worker. */
export interface ImageBatch {
  /** `size * height * width * channels` bytes, 0 to 255, NHWC. */
  readonly images: Uint8Array
  /** One class per image. */
  readonly labels: Int32Array
  /** Where each image is in the data set. */
  readonly indices: Uint32Array
  /** How many images: `batchSize`, or fewer in the last batch. */
  readonly size: number
  /** Height, width, channels of each image. */
  readonly shape: ImageShape
  /** The second half of each image's label, after `mixup` only. */
  readonly mixup?: Mixup
}
