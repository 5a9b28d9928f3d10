import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { imageFolder, type LazyImageDataset, permutation, readImages } from '@gg/data'
import { TrainingError } from '../training-error.ts'
import type { Images, LoadOptions, TrainTestData } from './datasets.ts'
import { lazySubset } from './lazy-subset.ts'

/** Up to here the decoded pictures are kept; above, they are decoded again in each epoch. */
const LARGEST_IN_MEMORY = 2 ** 30

/** What the folder of the images to test on may be called. */
const TEST_FOLDERS = ['test', 'val', 'validation']

/**
 * Pictures in ImageNet's layout: `train/<class>/...` and `test/<class>/...` (or `val`, `validation`) under the data
 * folder.
 *
 * @throws TrainingError `DATA_MISSING` without a data folder or its two folders, and for two that do not have the same
 *   classes; DataError for pictures that cannot be read.
 */
export async function loadPictureFolder({ dataDir, limit, imageSize }: LoadOptions): Promise<TrainTestData> {
  if (dataDir === null) {
    throw missing('it is not given')
  }
  const testFolder = TEST_FOLDERS.find((name) => existsSync(join(dataDir, name)))
  if (testFolder === undefined || !existsSync(join(dataDir, 'train'))) throw missing(`got ${dataDir}`)
  const train = await imageFolder({ dir: join(dataDir, 'train'), size: imageSize })
  const test = await imageFolder({ dir: join(dataDir, testFolder), size: imageSize })
  if (train.classNames.join('/') !== test.classNames.join('/')) {
    throw new TrainingError(
      'DATA_MISSING',
      `The folders train and ${testFolder} of ${dataDir} must have the same classes, got ` +
        `{${train.classNames.join(', ')}} and {${test.classNames.join(', ')}}.`,
    )
  }
  return { train: await inMemory(first(train, limit)), test: await inMemory(test) }
}

/** The first ones would be those of the first classes alone: some of each, the same ones each time. */
function first(folder: LazyImageDataset, limit: number | null): LazyImageDataset {
  if (limit === null || limit >= folder.size) return folder
  return lazySubset(folder, permutation(folder.size, 0, 0).slice(0, limit).sort())
}

async function inMemory(folder: LazyImageDataset): Promise<Images> {
  const bytes = folder.shape.reduce((product, n) => product * n, folder.size)
  return bytes <= LARGEST_IN_MEMORY ? readImages(folder) : folder
}

function missing(found: string): TrainingError {
  return new TrainingError(
    'DATA_MISSING',
    'Pictures are looked for in the folders train/<class> and test/<class> (or val, validation) of --data-dir, ' +
      `and ${found}.`,
  )
}
