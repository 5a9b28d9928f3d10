import * as models from '@gg/models'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(models).sort()).toMatchInlineSnapshot(`
    [
      "ModelError",
      "cifarResnet",
      "countFlops",
      "countParams",
      "createRandom",
      "createSites",
      "glorotUniform",
      "heNormal",
      "heUniform",
      "lecunNormal",
      "lenet",
      "listSites",
      "loadWeights",
      "mlp",
      "readSafetensors",
      "resnet18",
      "resnet50",
      "saveWeights",
      "summary",
      "vgg",
      "writeSafetensors",
    ]
  `)
})
