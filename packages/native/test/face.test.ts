import * as face from '@gg/native'
import { expect, test } from 'vitest'

test('exports these names', () => {
  expect(Object.keys(face).sort()).toEqual([
    'BACKEND_NAMES',
    'NativeError',
    'chooseBackend',
    'findTensorflow',
    'selfTest',
    'startTensorflow',
    'startWebgpu',
  ])
})
