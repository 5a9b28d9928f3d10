import { expect, it } from 'vitest'
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
