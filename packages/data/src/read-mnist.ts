import type { DatasetOptions } from './dataset-options.ts'
import type { FileSet, OpenSource } from './file-source.ts'
import type { ImageDataset } from './image-dataset.ts'
import { published } from './published.ts'
import { readIdxDataset } from './read-idx-dataset.ts'

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']

// Yann LeCun's own server no longer hands the files out; these two are what TensorFlow and PyTorch take them from.
const BASES = ['https://storage.googleapis.com/cvdf-datasets/mnist/', 'https://ossci-datasets.s3.amazonaws.com/mnist/']

export const MNIST: FileSet = {
  fn: 'mnist',
  folder: 'mnist',
  files: published(BASES, [
    {
      name: 'train-images-idx3-ubyte.gz',
      size: 9_912_422,
      sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      size: 28_881,
      sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      size: 1_648_877,
      sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      size: 4_542,
      sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
    },
  ]),
}

/** MNIST from wherever `open` finds the files. */
export function readMnist(open: OpenSource, options: DatasetOptions): Promise<ImageDataset> {
  return readIdxDataset(open, MNIST, DIGITS, options)
}
