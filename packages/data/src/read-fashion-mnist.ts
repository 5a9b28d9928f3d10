import type { DatasetOptions } from './dataset-options.ts'
import type { FileSet, OpenSource } from './file-source.ts'
import type { ImageDataset } from './image-dataset.ts'
import { published } from './published.ts'
import { readIdxDataset } from './read-idx-dataset.ts'

const CLASSES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
]

const BASES = [
  'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
]

const FASHION_MNIST: FileSet = {
  fn: 'fashionMnist',
  folder: 'fashion-mnist',
  files: published(BASES, [
    {
      name: 'train-images-idx3-ubyte.gz',
      size: 26_421_880,
      sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    },
    {
      name: 'train-labels-idx1-ubyte.gz',
      size: 29_515,
      sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    },
    {
      name: 't10k-images-idx3-ubyte.gz',
      size: 4_422_102,
      sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    },
    {
      name: 't10k-labels-idx1-ubyte.gz',
      size: 5_148,
      sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    },
  ]),
}

/** Fashion-MNIST from wherever `open` finds the files. */
export function readFashionMnist(open: OpenSource, options: DatasetOptions): Promise<ImageDataset> {
  return readIdxDataset(open, FASHION_MNIST, CLASSES, options)
}
