import { expect, it } from 'vitest'
import * as face from '../src/index.ts'

it('exports these names and no others', () => {
  expect(Object.keys(face).sort()).toMatchInlineSnapshot(`
    [
      "DataError",
      "balancedSubset",
      "batches",
      "channelStatistics",
      "cifar10",
      "cifar100",
      "fashionMnist",
      "glyphs",
      "mnist",
      "normalization",
      "permutation",
      "readIdx",
      "subset",
      "take",
      "toTensors",
      "trainValidationSplit",
    ]
  `)
})
