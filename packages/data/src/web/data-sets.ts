import { DataError } from '../data-error.ts'
import type { DatasetOptions } from '../dataset-options.ts'
import type { ImageDataset } from '../image-dataset.ts'
import type { ImageFolder, ImageFolderOptions } from '../image-folder-options.ts'
import { readCifar10 } from '../read-cifar10.ts'
import { type Cifar100Options, readCifar100 } from '../read-cifar100.ts'
import { readFashionMnist } from '../read-fashion-mnist.ts'
import { readMnist } from '../read-mnist.ts'
import { readSvhn, type SvhnOptions } from '../read-svhn.ts'
import { openUrl } from './open-url.ts'

// What the browser does in place of the functions of the same names that read folders; documented there.

/** MNIST from an address or the browser's cache. */
export function mnist(options: DatasetOptions = {}): Promise<ImageDataset> {
  return readMnist(openUrl, options)
}

/** Fashion-MNIST from an address or the browser's cache. */
export function fashionMnist(options: DatasetOptions = {}): Promise<ImageDataset> {
  return readFashionMnist(openUrl, options)
}

/** CIFAR-10 from an address or the browser's cache. */
export function cifar10(options: DatasetOptions = {}): Promise<ImageDataset> {
  return readCifar10(openUrl, options)
}

/** CIFAR-100 from an address or the browser's cache. */
export function cifar100(options: Cifar100Options = {}): Promise<ImageDataset> {
  return readCifar100(openUrl, options)
}

/** SVHN from an address or the browser's cache. */
export function svhn(options: SvhnOptions = {}): Promise<ImageDataset> {
  return readSvhn(openUrl, options)
}

/** There are no folders in a browser. */
export async function imageFolder({ dir }: ImageFolderOptions): Promise<ImageFolder> {
  throw new DataError(
    'UNSUPPORTED_PLATFORM',
    `imageFolder: \`dir\` must be a folder on the disk of a Node process, got ${dir} in a browser. ` +
      'Decode pictures with createImageBitmap and give their pixels to fromArrays.',
  )
}
