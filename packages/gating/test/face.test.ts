import * as gating from '@gg/gating'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(gating).sort()).toMatchInlineSnapshot(`
    [
      "gate",
      "gateFactor",
      "gatedGlobalAveragePool",
    ]
  `)
})
