import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { fashionMnist } from '../src/index.ts'
import { dataError, folderOf, idx } from './idx-file.ts'

it('reads files that are named as those of MNIST, under its own name and with its own classes', async () => {
  const pixels = Uint8Array.from({ length: 2 * 784 }, (_, i) => i % 251)
  const dir = folderOf({
    't10k-images-idx3-ubyte.gz': gzipSync(idx([2, 28, 28], pixels)),
    't10k-labels-idx1-ubyte.gz': gzipSync(idx([2], [9, 2])),
  })
  const { name, images, labels, classNames, warnings } = await fashionMnist({ dir, split: 'test' })
  expect([name, images, labels]).toEqual(['fashion-mnist/test', pixels, Uint8Array.of(9, 2)])
  expect([classNames.length, classNames[0], classNames[9]]).toEqual([10, 'T-shirt/top', 'Ankle boot'])
  expect(warnings).toEqual(['fashion-mnist/test has 2 images here, the original 10000.'])
})

it('says where the files come from', async () => {
  const error = await dataError('FILE_NOT_FOUND', () => fashionMnist({ dir: folderOf({}) }))
  expect(error.message).toContain('fashionMnist: `dir` must hold train-images-idx3-ubyte.gz or')
  expect(error.message).toContain(
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
  )
})
