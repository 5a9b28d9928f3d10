import * as face from '@gg/trainer'
import { expect, it } from 'vitest'

it('exports these names', () => {
  expect(Object.keys(face).sort()).toMatchInlineSnapshot(`
    [
      "BACKENDS",
      "DATASETS",
      "MODELS",
      "SCHEDULES",
      "TrainingError",
      "bestCheckpoint",
      "createRunFolder",
      "decodeCheckpoint",
      "defineConfig",
      "drawCurves",
      "encodeCheckpoint",
      "evaluate",
      "evaluateCheckpoint",
      "newestCheckpoint",
      "parseTrainConfig",
      "resumeRunFolder",
      "train",
    ]
  `)
})
