import * as gradcheck from '@gg/gradcheck'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(gradcheck).sort()).toMatchInlineSnapshot(`
    [
      "GradientCheckError",
      "checkGradient",
      "circuitToMermaid",
      "circuitToSvg",
      "circuitToText",
      "expectGradient",
      "findVanishing",
      "numericalGradient",
      "traceGradient",
    ]
  `)
})
