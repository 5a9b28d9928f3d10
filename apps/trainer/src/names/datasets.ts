import { join } from 'node:path'
import {
  type ChannelStatistics,
  cifar10,
  cifar100,
  DataError,
  type DatasetOptions,
  fashionMnist,
  glyphs,
  type ImageDataset,
  type LazyImageDataset,
  mnist,
  normalization,
  svhn,
  take,
} from '@gg/data'
import { TrainingError } from '../training-error.ts'
import { loadPictureFolder } from './picture-folder.ts'

/** A data set by the name that `--data` takes. */
export type DatasetName =
  | 'glyphs'
  | 'mnist'
  | 'fashion-mnist'
  | 'cifar10'
  | 'cifar100'
  | 'cifar100-coarse'
  | 'svhn'
  | 'folder'

/** Images in memory, or images that are read when they are needed. */
export type Images = ImageDataset | LazyImageDataset

/** Both parts of a data set. */
export interface TrainTestData {
  readonly train: Images
  readonly test: Images
  /** Held out of the training images, where that is wanted. */
  readonly validation?: Images
}

/** Where a data set is and how much of it is wanted. */
export interface LoadOptions {
  /** The folder above the data set's own; `null` for `GG_DATA_DIR`, or else the platform's cache folder. */
  readonly dataDir: string | null
  /** How many training images are wanted, from the first; `null` for all. */
  readonly limit: number | null
  /** The side that pictures of a folder are made into. */
  readonly imageSize: number
  /** Whether files that are not there are downloaded, and who is told. */
  readonly download?: DatasetOptions['download']
}

/** A data set that can be asked for. */
export interface DatasetEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** What `toTensors` normalizes with. */
  readonly normalization: ChannelStatistics
  /** Reads or draws it. */
  load(options: LoadOptions): Promise<TrainTestData>
}

const GLYPHS = 20_000

/** The data sets there are. */
export const DATASETS: Readonly<Record<DatasetName, DatasetEntry>> = {
  glyphs: {
    summary: 'digits anywhere among clutter, 32x32, drawn on the spot: 20,000 to learn from, 2,000 to test',
    normalization: { mean: [0.14], std: [0.15] },
    // The seed of a run does not choose its data: runs of different seeds are to be compared on the same images.
    load: async ({ limit }) => ({
      train: glyphs({ size: Math.min(limit ?? GLYPHS, GLYPHS), split: 'train' }),
      test: glyphs({ size: 2000, split: 'test' }),
    }),
  },
  mnist: published('handwritten digits, 28x28: 60,000 and 10,000', 'mnist', mnist, normalization.mnist),
  'fashion-mnist': published(
    'pieces of clothing, 28x28: 60,000 and 10,000',
    'fashion-mnist',
    fashionMnist,
    normalization.fashionMnist,
  ),
  cifar10: published('photographs of ten kinds, 32x32: 50,000 and 10,000', 'cifar-10', cifar10, normalization.cifar10),
  cifar100: published(
    'photographs of 100 kinds, 32x32: 50,000 and 10,000',
    'cifar-100',
    (options) => cifar100({ ...options, labels: 'fine' }),
    normalization.cifar100,
  ),
  'cifar100-coarse': published(
    'the same in 20 groups of kinds',
    'cifar-100',
    (options) => cifar100({ ...options, labels: 'coarse' }),
    normalization.cifar100,
  ),
  svhn: published('digits of house numbers, 32x32: 73,257 and 26,032', 'svhn', svhn, normalization.svhn),
  folder: {
    summary: 'pictures of your own, train/<class>/*.jpg and test/<class>/*.jpg, made into squares of --image-size',
    normalization: normalization.imagenet,
    load: loadPictureFolder,
  },
}

type Reader = (options: DatasetOptions) => Promise<ImageDataset>

function published(summary: string, folder: string, read: Reader, statistics: ChannelStatistics): DatasetEntry {
  return {
    summary,
    normalization: statistics,
    async load({ dataDir, limit, download = false }) {
      const options: DatasetOptions = { ...(dataDir !== null && { dir: join(dataDir, folder) }), download }
      try {
        const train = await read({ ...options, split: 'train' })
        const test = await read({ ...options, split: 'test' })
        return { train: limit === null || limit >= train.size ? train : take(train, limit), test }
      } catch (cause) {
        if (!(cause instanceof DataError && cause.code === 'FILE_NOT_FOUND')) throw cause
        throw new TrainingError(
          'DATA_MISSING',
          `${cause.message}\nThe files go into a folder named ${folder}; name the folder above it with --data-dir or ` +
            'GG_DATA_DIR, or let --download bring them. The data set glyphs needs no files.',
          { cause },
        )
      }
    },
  }
}
