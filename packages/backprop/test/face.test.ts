import * as backprop from '@gg/backprop'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(backprop).sort()).toMatchInlineSnapshot(`
    [
      "addBias",
      "checkpoint",
      "convolutionBackward",
      "denseBackward",
      "im2col",
      "leanRelu",
      "measureMemory",
      "poolingMatrix",
      "reluMaxPool",
      "squaredLossGradient",
    ]
  `)
})
