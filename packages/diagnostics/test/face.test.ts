import * as diagnostics from '@gg/diagnostics'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(diagnostics).sort()).toMatchInlineSnapshot(`
    [
      "coAdaptation",
      "gradientFlow",
      "keptFraction",
      "readCoAdaptation",
      "readGradientFlow",
      "readKeptFraction",
      "readSaturation",
      "readSensitivity",
      "saturation",
      "sensitivity",
      "summarize",
      "toTable",
      "weightHistogram",
    ]
  `)
})
