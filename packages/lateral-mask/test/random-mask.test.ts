import { disposeTree, featureSite, valueAndGrad } from '@gg/core'
import { randomMask } from '@gg/lateral-mask'
import { onBackends } from '@gg/testing'
import { ones, type Scalar, sum, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { read, total } from './masks.ts'

onBackends(() => {
  describe('randomMask', () => {
    const draw = (o: Parameters<typeof randomMask>[0], count = 0, shape: readonly number[] = [4, 8, 8, 6]) =>
      read(tidy(() => randomMask(o).update(ones([...shape]), { count })[0]))

    it('keeps exactly as many positions as asked for, in each sample and set', () => {
      const size = 6 / 3
      const mask = draw({ keep: 0.3, sets: 3 })
      for (let sample = 0; sample < 4; sample++) {
        for (let set = 0; set < 3; set++) {
          const own = mask.filter((_, i) => Math.floor(i / 384) === sample && Math.floor((i % 6) / size) === set)
          expect(total(own)).toBe(Math.round(0.3 * 64) * size)
        }
      }
      expect(mask.every((m, i) => m === mask[i - (i % size)])).toBe(true)
    })

    it('draws anew for each seed, update, path, sample and set', () => {
      const o = { keep: 0.5, seed: 3 }
      expect(draw(o)).toEqual(draw(o))
      expect(draw({ ...o, seed: 4 })).not.toEqual(draw(o))
      expect(draw(o, 1)).not.toEqual(draw(o))
      const [pair] = randomMask(o).update({ a: ones([1, 8, 8, 1]), b: ones([1, 8, 8, 1]) }, { count: 0 })
      expect(read(pair.a)).not.toEqual(read(pair.b))
      const perCell = draw({ ...o, sets: 'channels' })
      expect(perCell.filter((_, i) => i % 6 === 0)).not.toEqual(perCell.filter((_, i) => i % 6 === 1))
      expect(perCell.slice(0, 384)).not.toEqual(perCell.slice(384, 768))
    })

    it('favours no position', () => {
      const counts = Array<number>(16).fill(0)
      for (let count = 0; count < 100; count++) {
        for (const [i, m] of draw({ keep: 0.25 }, count, [16, 4, 4, 1]).entries()) counts[i % 16]! += m
      }
      // 1,600 draws of 1/4 each: 400 with a standard deviation of 17.3; five of them.
      for (const n of counts) expect(Math.abs(n - 400)).toBeLessThan(87)
    })

    it('counts backward passes at a site, whatever the size of the batch', () => {
      const site = featureSite(randomMask({ keep: 0.5 }))
      for (const batch of [3, 3, 1]) {
        disposeTree(valueAndGrad((y: Tensor) => sum(site(y)) as Scalar)(zeros([batch, 4, 4, 2])))
      }
      expect(site.state).toEqual({ count: 3 })
      site.dispose()
    })

    it.each([
      [{ keep: 0 }, 'randomMask: `keep` must be above 0 and at most 1, got 0.'],
      [{ keep: 0.5, seed: 0.5 }, 'randomMask: `seed` must be a whole number, got 0.5.'],
      [{ keep: 0.5, sets: -1 }, "randomMask: `sets` must be a whole number of 1 or more or 'channels', got -1."],
    ])('refuses %o', (o, message) => {
      expect(() => randomMask(o)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }))
    })
  })
})
