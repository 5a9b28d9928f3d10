import { flowSensitivity } from '@gg/lateral-mask'
import { onBackends } from '@gg/testing'
import { fill, reshape, slice, tensor4d, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { read, total } from './masks.ts'

onBackends(() => {
  describe('flowSensitivity', () => {
    it('is 0 on flat maps and on slopes away from the rim, and at the rim of a map of one row', () => {
      const slope = tidy(() =>
        reshape(
          Array.from({ length: 25 }, (_, i) => 3 * Math.floor(i / 5) - 2 * (i % 5)),
          [1, 5, 5, 1],
        ),
      )
      const inner = read(tidy(() => slice(flowSensitivity(slope), [0, 1, 1, 0], [1, 3, 3, 1])))
      expect(inner).toEqual(Array(9).fill(0))
      expect(total(read(flowSensitivity(fill([2, 3, 4, 2], 1.5))))).toBe(0)
      expect(read(flowSensitivity(tensor4d([1, 3, 0], [1, 1, 3, 1])))).toEqual([2, 5, 3])
    })
  })
})
