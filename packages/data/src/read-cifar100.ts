import { COARSE, FINE } from './cifar100-classes.ts'
import { DataError } from './data-error.ts'
import type { DatasetOptions } from './dataset-options.ts'
import type { FileSet, OpenSource } from './file-source.ts'
import type { ImageDataset } from './image-dataset.ts'
import { published } from './published.ts'
import { readCifar } from './read-cifar.ts'
import { checkSplit } from './split.ts'

const inArchive = (name: string) => `cifar-100-binary/${name}`

const CIFAR100: FileSet = {
  fn: 'cifar100',
  folder: 'cifar-100',
  files: published(
    ['https://www.cs.toronto.edu/~kriz/'],
    [
      {
        name: 'cifar-100-binary.tar.gz',
        size: 168_513_733,
        sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
        members: ['train.bin', 'test.bin'].map(inArchive),
      },
    ],
  ),
}

/** Where `cifar100` looks, and for what. */
export interface Cifar100Options extends DatasetOptions {
  /** `'fine'` for the 100 classes, `'coarse'` for the 20 groups of five; `'fine'` unless given. */
  readonly labels?: 'fine' | 'coarse'
}

/** CIFAR-100 from wherever `open` finds the files. */
export async function readCifar100(
  open: OpenSource,
  { split = 'train', labels = 'fine', ...options }: Cifar100Options,
): Promise<ImageDataset> {
  checkSplit('cifar100', split)
  if (labels !== 'fine' && labels !== 'coarse') {
    throw new DataError('INVALID_ARGUMENT', `cifar100: \`labels\` must be 'fine' or 'coarse', got ${String(labels)}.`)
  }
  const name = `${split}.bin`
  return readCifar(open(CIFAR100, options), {
    fn: 'cifar100',
    name: `cifar-100/${split}`,
    files: [[inArchive(name), name]],
    labelBytes: 2,
    labelAt: labels === 'coarse' ? 0 : 1,
    classNames: labels === 'coarse' ? COARSE : FINE,
    originalSize: split === 'train' ? 50_000 : 10_000,
  })
}
