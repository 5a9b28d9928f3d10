import * as lateralMask from '@gg/lateral-mask'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(lateralMask).sort()).toMatchInlineSnapshot(`
    [
      "flowSensitivity",
      "lateralMask",
      "lateralMaskFactor",
      "logKernel",
      "magnitudeMask",
      "randomMask",
      "trackKeptFraction",
    ]
  `)
})
