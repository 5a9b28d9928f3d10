import { memory } from '@tensorflow/tfjs-core'
import { expect } from 'vitest'

/** Runs `body`, which must dispose of all it is given, and asserts that no tensor and no buffer is left over. */
export function expectNoLeak<T>(body: () => T): T {
  const before = memory()
  const result = body()
  const after = memory()
  expect(after.numTensors - before.numTensors, 'tensors left over').toBe(0)
  expect(after.numDataBuffers - before.numDataBuffers, 'buffers left over').toBe(0)
  return result
}
