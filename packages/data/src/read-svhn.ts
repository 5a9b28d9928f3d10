import { DataError } from './data-error.ts'
import type { DatasetOptions } from './dataset-options.ts'
import type { FileSet, OpenSource } from './file-source.ts'
import type { ImageDataset } from './image-dataset.ts'
import type { MatArray } from './mat-array.ts'
import { corruptMat } from './mat-format.ts'
import { planesToPixels } from './planes-to-pixels.ts'
import { published } from './published.ts'
import { readMat } from './read-mat.ts'
import { sizeWarning } from './size-warning.ts'

const SIDE = 32
const VALUES = 3 * SIDE * SIDE
const SIZES = { train: 73_257, test: 26_032, extra: 531_131 } as const

/** Where `svhn` looks, and for what. */
export interface SvhnOptions extends Omit<DatasetOptions, 'split'> {
  /**
   * `'train'` to learn from, `'test'` to measure on; `'extra'` for more and easier images to learn from. `'train'` unless
   * given.
   */
  readonly split?: keyof typeof SIZES
}

const SVHN: FileSet = {
  fn: 'svhn',
  folder: 'svhn',
  files: published(
    ['http://ufldl.stanford.edu/housenumbers/'],
    [
      {
        name: 'train_32x32.mat',
        size: 182_040_794,
        sha256: '435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8',
      },
      {
        name: 'test_32x32.mat',
        size: 64_275_384,
        sha256: 'cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b',
      },
      {
        name: 'extra_32x32.mat',
        size: 1_329_278_602,
        sha256: 'a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3',
      },
    ],
  ),
}

/** SVHN's cropped digits from wherever `open` finds the files. Memory: the data set, and one image. */
export async function readSvhn(open: OpenSource, { split = 'train', ...options }: SvhnOptions): Promise<ImageDataset> {
  if (!Object.hasOwn(SIZES, split)) {
    const found = String(split)
    throw new DataError('INVALID_ARGUMENT', `svhn: \`split\` must be 'train', 'test' or 'extra', got ${found}.`)
  }
  const file = await open(SVHN, options).open([`${split}_32x32.mat`])
  const label = `svhn: \`${file.path}\``
  let images: Uint8Array | undefined
  let labels: Uint8Array | undefined
  await readMat('svhn', file, async (array) => {
    if (array.name === 'X') images = await readImages(label, array)
    if (array.name === 'y') labels = await readLabels(label, array)
  })
  if (images === undefined || labels === undefined) {
    throw corruptMat(label, 'hold arrays X of images and y of labels', `none named ${images === undefined ? 'X' : 'y'}`)
  }
  checkSizes(label, images.length / VALUES, labels.length)
  const size = labels.length
  const name = `svhn/${split}`
  const classNames = Array.from({ length: 10 }, (_, digit) => String(digit))
  const dataset = { name, images, labels, shape: [SIDE, SIDE, 3] as const, classNames, size }
  return { ...dataset, ...sizeWarning(name, size, SIZES[split]) }
}

function checkSizes(label: string, images: number, labels: number): void {
  if (images === labels && images > 0) return
  throw new DataError(
    'CORRUPT_FILE',
    `${label} must hold as many labels as images, got ${labels} and ${images}. Download it again.`,
  )
}

async function readImages(label: string, { shape, type, fill }: MatArray): Promise<Uint8Array> {
  const [height, width, channels, size = 1] = shape
  if (height !== SIDE || width !== SIDE || channels !== 3 || shape.length > 4 || type.name !== 'uint8') {
    const found = `${shape.join(' x ')} of ${type.name}`
    throw corruptMat(label, 'hold images of 32 x 32 x 3 in bytes as X', found)
  }
  const images = new Uint8Array(size * VALUES)
  const planes = new Uint8Array(VALUES)
  for (let i = 0; i < size; i++) {
    await fill(planes)
    const image = images.subarray(i * VALUES, (i + 1) * VALUES)
    planesToPixels(planes, image, 3)
    transpose(image)
  }
  return images
}

/** MATLAB counts down the columns first. */
function transpose(pixels: Uint8Array): void {
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < y; x++) {
      const a = 3 * (y * SIDE + x)
      const b = 3 * (x * SIDE + y)
      for (let channel = 0; channel < 3; channel++) {
        const held = pixels[a + channel] ?? 0
        pixels[a + channel] = pixels[b + channel] ?? 0
        pixels[b + channel] = held
      }
    }
  }
}

/** MATLAB counts from 1, so the label of a 0 is 10. */
async function readLabels(label: string, { shape, numbers }: MatArray): Promise<Uint8Array> {
  if (shape.length !== 2 || (shape[0] !== 1 && shape[1] !== 1)) {
    throw corruptMat(label, 'hold labels in one column as y', shape.join(' x '))
  }
  const values = await numbers()
  const wrong = values.findIndex((value) => !(Number.isInteger(value) && value >= 1 && value <= 10))
  if (wrong < 0) return Uint8Array.from(values, (value) => value % 10)
  throw corruptMat(label, 'hold labels from 1 to 10', `${values[wrong]} for image ${wrong}`)
}
