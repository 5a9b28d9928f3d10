import type { LazyImageDataset } from './image-dataset.ts'

/** Which pictures `imageFolder` finds, and what they are made into. */
export interface ImageFolderOptions {
  /** The folder whose folders are the classes. */
  readonly dir: string
  /** Side of the square that every picture is made into, or `[height, width]`, in pixels, 1 to 16,384. */
  readonly size: number | readonly [height: number, width: number]
  /** 3 for red, green, blue; 1 for grey. 3 unless given. */
  readonly channels?: 1 | 3
  /**
   * `'cover'`, unless given, keeps the proportions and cuts off what is too long on both sides; `'fill'` keeps all and
   * stretches.
   */
  readonly fit?: 'cover' | 'fill'
}

/** A folder of pictures: a data set whose images are decoded when they are needed. */
export interface ImageFolder extends LazyImageDataset {
  /** The pictures, by their paths. */
  readonly paths: readonly string[]
}
