import * as gaaf from '@gg/gaaf'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(gaaf).sort()).toMatchInlineSnapshot(`
    [
      "accelerate",
      "constant",
      "gaussian",
      "shiftedSigmoid",
    ]
  `)
})
