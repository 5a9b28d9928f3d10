import * as models from '@gg/models'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(models).sort()).toMatchInlineSnapshot(`
    [
      "ModelError",
      "countParams",
      "createRandom",
      "createSites",
      "glorotUniform",
      "heNormal",
      "heUniform",
      "lecunNormal",
      "lenet",
      "mlp",
    ]
  `)
})
