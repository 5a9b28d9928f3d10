import { expect, it } from 'vitest'
import * as browserFace from '../src/browser.ts'
import * as face from '../src/index.ts'

it('exports these names and no others', () => {
  expect(Object.keys(face).sort()).toMatchInlineSnapshot(`
    [
      "DataError",
      "augment",
      "balancedSubset",
      "batches",
      "channelStatistics",
      "cifar10",
      "cifar100",
      "cutout",
      "fashionMnist",
      "flip",
      "fromArrays",
      "glyphs",
      "imageFolder",
      "mixup",
      "mnist",
      "normalization",
      "padCrop",
      "permutation",
      "prefetch",
      "readIdx",
      "readImages",
      "subset",
      "svhn",
      "take",
      "toTensors",
      "trainValidationSplit",
    ]
  `)
})

it('exports the same names, of the same types, for browsers', () => {
  const asInNode: typeof face = browserFace
  const asInBrowsers: typeof browserFace = face
  expect(Object.keys(asInNode).sort()).toEqual(Object.keys(asInBrowsers).sort())
})
