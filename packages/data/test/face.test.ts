import { expect, it } from 'vitest'
import * as face from '../src/index.ts'

it('exports these names and no others', () => {
  expect(Object.keys(face).sort()).toMatchInlineSnapshot(`
    [
      "DataError",
      "batches",
      "glyphs",
      "mnist",
      "permutation",
      "readIdx",
      "subset",
      "take",
      "toTensors",
    ]
  `)
})
