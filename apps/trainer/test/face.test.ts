import * as face from '@gg/trainer'
import { expect, it } from 'vitest'

it('exports these names', () => {
  expect(Object.keys(face).sort()).toMatchInlineSnapshot(`
    [
      "BACKENDS",
      "DATASETS",
      "GRADIENTS",
      "MODELS",
      "OPTIMIZERS",
      "SCHEDULES",
      "TrainingError",
      "createRunFolder",
      "drawCurves",
      "evaluate",
      "parseTrainConfig",
      "train",
    ]
  `)
})
