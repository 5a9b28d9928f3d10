import { join } from 'node:path'
import { env } from 'node:process'
import { DataError, glyphs, type ImageDataset, mnist, take } from '@gg/data'
import { TrainingError } from '../training-error.ts'

/** A data set by the name that `--data` takes. */
export type DatasetName = 'glyphs' | 'mnist'

/** Both parts of a data set. */
export interface TrainTestData {
  readonly train: ImageDataset
  readonly test: ImageDataset
}

/** A data set that can be asked for. */
export interface DatasetEntry {
  /** One line for `gg list`. */
  readonly summary: string
  /** What `toTensors` normalizes with. */
  readonly normalization: { readonly mean: number; readonly std: number }
  /**
   * Reads or draws it.
   *
   * @param dataDir - The folder above the data set's own; `null` for `GG_DATA_DIR`.
   * @param limit - How many training images are wanted, from the first; `null` for all.
   */
  load(dataDir: string | null, limit: number | null): Promise<TrainTestData>
}

const GLYPHS = 20_000

/** The data sets there are. */
export const DATASETS: Readonly<Record<DatasetName, DatasetEntry>> = {
  glyphs: {
    summary: 'digits anywhere among clutter, 32x32, drawn on the spot: 20,000 to learn from, 2,000 to test',
    normalization: { mean: 0.14, std: 0.15 },
    // The seed of a run does not choose its data: runs of different seeds are to be compared on the same images.
    load: async (_, limit) => ({
      train: glyphs({ size: Math.min(limit ?? GLYPHS, GLYPHS), split: 'train' }),
      test: glyphs({ size: 2000, split: 'test' }),
    }),
  },
  mnist: {
    summary: 'handwritten digits, 28x28, from the original files: 60,000 to learn from, 10,000 to test',
    normalization: { mean: 0.1307, std: 0.3081 },
    load: loadMnist,
  },
}

async function loadMnist(dataDir: string | null, limit: number | null): Promise<TrainTestData> {
  const root = dataDir ?? env['GG_DATA_DIR']
  if (!root) throw missing('no data folder is given')
  const dir = join(root, 'mnist')
  try {
    const [train, test] = await Promise.all([mnist({ dir, split: 'train' }), mnist({ dir, split: 'test' })])
    return { train: limit === null || limit >= train.size ? train : take(train, limit), test }
  } catch (cause) {
    if (cause instanceof DataError && cause.code === 'FILE_NOT_FOUND') throw missing(`not in ${dir}`, cause)
    throw cause
  }
}

function missing(where: string, cause?: unknown): TrainingError {
  return new TrainingError(
    'DATA_MISSING',
    `MNIST is not here: ${where}. Put train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz ` +
      'and t10k-labels-idx1-ubyte.gz (from https://ossci-datasets.s3.amazonaws.com/mnist/) into a folder named mnist, and ' +
      'name the folder above it with --data-dir or GG_DATA_DIR. The data set glyphs needs no files.',
    { cause },
  )
}
