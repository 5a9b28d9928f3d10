import type { DatasetOptions } from './dataset-options.ts'
import type { FileSet, OpenSource } from './file-source.ts'
import type { ImageDataset } from './image-dataset.ts'
import { published } from './published.ts'
import { readCifar } from './read-cifar.ts'
import { checkSplit } from './split.ts'

const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

const TRAIN = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`)
const TEST = ['test_batch.bin']
const inArchive = (name: string) => `cifar-10-batches-bin/${name}`

const CIFAR10: FileSet = {
  fn: 'cifar10',
  folder: 'cifar-10',
  files: published(
    ['https://www.cs.toronto.edu/~kriz/'],
    [
      {
        name: 'cifar-10-binary.tar.gz',
        size: 170_052_171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
        members: [...TRAIN, ...TEST].map(inArchive),
      },
    ],
  ),
}

/** CIFAR-10 from wherever `open` finds the files. */
export async function readCifar10(
  open: OpenSource,
  { split = 'train', ...options }: DatasetOptions,
): Promise<ImageDataset> {
  checkSplit('cifar10', split)
  return readCifar(open(CIFAR10, options), {
    fn: 'cifar10',
    name: `cifar-10/${split}`,
    files: (split === 'train' ? TRAIN : TEST).map((name) => [inArchive(name), name]),
    labelBytes: 1,
    labelAt: 0,
    classNames: CLASSES,
    originalSize: split === 'train' ? 50_000 : 10_000,
  })
}
