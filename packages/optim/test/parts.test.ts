import { applyUpdates, createOptimizer, disposeTree, namedLeaves, type Tree } from '@gg/core'
import {
  adafactor,
  adam,
  adaptiveGradClip,
  addDecayedWeights,
  addNoise,
  centralize,
  clipByGlobalNorm,
  globalNorm,
  keepParamsNonnegative,
  scaleByFactoredRms,
  scaleByPolyak,
  scaleBySm3,
  scaleByStddev,
  scaleByTrustRatio,
} from '@gg/optim'
import { expectNoLeak, onBackends } from '@gg/testing'
import { mean, memory, ones, scalar, square, type Tensor, tensor, tidy, transpose, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const wave = (shape: readonly number[], phase = 0) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.3 * i + phase)),
    [...shape],
  )

describe('the parts', () => {
  onBackends(() => {
    describe('addNoise', () => {
      const draw = (tx: ReturnType<typeof addNoise>, count: number, tree: Tree) => tx.update(tree, { count }, tree)[0]

      it('follows from seed, count and path alone', () => {
        const tree = { a: zeros([50]), b: zeros([50]) }
        const a = (seed: number, count: number, t: Tree = tree) =>
          Array.from((draw(addNoise(1, 0, { seed }), count, t) as { a: Tensor }).a.dataSync())
        expect(a(0, 0)).toEqual(a(0, 0))
        expect(a(0, 0)).toEqual(a(0, 0, { b: tree.b, a: tree.a, c: zeros([2]) }))
        expect(a(0, 0)).not.toEqual(a(1, 0))
        expect(a(0, 0)).not.toEqual(a(0, 1))
        const { b } = draw(addNoise(1, 0), 0, tree) as { b: Tensor }
        expect(a(0, 0)).not.toEqual(Array.from(b.dataSync()))
      })

      it('has mean 0 and variance eta / t^gamma', () => {
        const eta = 0.25
        for (const count of [0, 8]) {
          const noise = draw(addNoise(eta, 0.5, { seed: 11 }), count, zeros([40_000])) as Tensor
          const variance = eta / Math.sqrt(count + 1)
          // Five standard errors of 40,000 draws.
          expect(mean(noise)).toBeAllClose([0], { atol: (5 * Math.sqrt(variance)) / 200 })
          expect(mean(square(noise))).toBeAllClose([variance], { rtol: (5 * Math.SQRT2) / 200 })
        }
      })
    })

    it("centralize takes the mean over all axes but the units'", () => {
      const kernel = wave([2, 2, 3, 4])
      const [last] = centralize().update(kernel, {})
      const [first] = centralize({ unitAxis: 'first' }).update(transpose(kernel, [3, 0, 1, 2]), {})
      expect(transpose(last, [3, 0, 1, 2])).toBeAllClose(first)
      expect(mean(last, [0, 1, 2])).toBeAllClose([0, 0, 0, 0])
    })

    describe('adaptiveGradClip', () => {
      it.each([
        ['a dense kernel', [6, 4], [0]],
        ['a one-dimensional convolution', [3, 5, 4], [0, 1]],
        ['a convolution', [2, 2, 3, 4], [0, 1, 2]],
        ['a three-dimensional convolution', [2, 2, 2, 3, 4], [0, 1, 2, 3]],
        ['a vector', [5], [0]],
        ['a vector with axes of length 1', [1, 1, 5], [0, 1, 2]],
        ['a scalar', [], []],
      ])('takes the norms of %s over all axes but the units', (_, shape, axis) => {
        const [params, grads] = [wave(shape), wave(shape, 2)]
        const [byDefault] = adaptiveGradClip(0.3).update(grads, {}, params)
        const [byAxis] = adaptiveGradClip(0.3, { axis }).update(grads, {}, params)
        expect(byDefault).toBeAllClose(byAxis)
        expect(globalNorm(byDefault).dataSync()[0]).toBeLessThan(globalNorm(grads).dataSync()[0]!)
      })

      it('lets parameters of 0 move', () => {
        const [updates] = adaptiveGradClip(0.5).update(tensor([3, 4]), {}, zeros([2]))
        expect(updates).toBeAllClose([0.0003, 0.0004])
      })
    })

    describe('clipByGlobalNorm', () => {
      it('leaves short updates as they are, bit for bit', () => {
        const grads = wave([7])
        const [updates] = clipByGlobalNorm(100).update(grads, {})
        expect(Array.from(updates.dataSync())).toEqual(Array.from(grads.dataSync()))
      })

      it('leaves 0 at 0 and makes all NaN of one NaN', () => {
        expect(clipByGlobalNorm(1).update(zeros([3]), {})[0]).toBeAllClose([0, 0, 0])
        const [updates] = clipByGlobalNorm(1).update({ a: tensor([1]), b: tensor([Number.NaN]) }, {})
        expect(updates.a).toBeAllClose([Number.NaN])
      })
    })

    it('globalNorm borrows its tree and leaves nothing but its scalar', () => {
      expectNoLeak(() => {
        const tree = { a: wave([3]), b: [scalar(2)] }
        const before = memory().numTensors
        const norm = globalNorm(tree)
        expect(memory().numTensors).toBe(before + 1)
        disposeTree([tree, norm])
        const empty = globalNorm({})
        expect(empty).toBeAllClose([0])
        empty.dispose()
      })
    })

    it('scaleByTrustRatio leaves updates as they are where a norm is 0', () => {
      const tx = scaleByTrustRatio()
      expect(tx.update(tensor([3, 4]), {}, zeros([2]))[0]).toBeAllClose([3, 4])
      expect(tx.update(zeros([2]), {}, tensor([3, 4]))[0]).toBeAllClose([0, 0])
    })

    it('keepParamsNonnegative ends at 0 exactly', () => {
      const params = tensor([0.1, 0.7, 3])
      const [updates] = keepParamsNonnegative().update(tensor([-0.3, -0.7, -1]), {}, params)
      expect(Array.from(applyUpdates(params, updates).dataSync())).toEqual([0, 0, 2])
    })

    it('scaleByStddev stays finite where gradients do not change', () => {
      // At the 140th of these, float32 makes -2.4e-7 of nu - mu², which eps does not outweigh.
      const gradient = tensor([8 * 0.2118999958])
      const tx = scaleByStddev()
      let state = tx.init(gradient)
      for (let i = 0; i < 160; i++) {
        const [updates, next] = tx.update(gradient, state)
        expect(updates.dataSync()[0]).toBeGreaterThan(0)
        state = next
      }
    })

    it('scaleByPolyak does not move where there is no gradient', () => {
      const [updates] = scaleByPolyak().update(zeros([2]), {}, undefined, { value: 3 })
      expect(updates).toBeAllClose([0, 0])
    })

    it("scaleByPolyak's 'sps+' never climbs", () => {
      const step = (variant: 'sps' | 'sps+') =>
        scaleByPolyak({ fMin: 1, variant }).update(scalar(2), {}, undefined, { value: scalar(0) })[0]
      expect(step('sps')).toBeAllClose([-0.5])
      expect(step('sps+')).toBeAllClose([0])
    })

    it('addDecayedWeights of 0 needs no params, a schedule does', () => {
      const tx = addDecayedWeights(() => 0)
      expect(addDecayedWeights(0).update(scalar(1), { count: 0 })[1]).toEqual({ count: 1 })
      expect(() => tx.update(scalar(1), { count: 0 })).toThrow(expect.objectContaining({ code: 'MISSING_PARAMS' }))
    })

    it('memory of factored moments and of SM3 grows with rows and columns', () => {
      const params = { w: ones([200, 300]) }
      const size = (state: Tree) => namedLeaves(state).reduce((sum, [, leaf]) => sum + leaf.size, 0)
      const { vRow, vCol, v } = scaleByFactoredRms().init(params)
      expect(size([vRow, vCol, v])).toBe(200 + 300 + 1)
      expect(size(scaleBySm3().init(params).mu)).toBe(200 + 300)
      // Without momentum, adafactor keeps no tensor of the size of the weights.
      const optimizer = createOptimizer(adafactor(0.1), params)
      tidy(() => void optimizer.minimize(({ w }) => mean(square(w))))
      expect(optimizer.params.w.dataSync()[0]).toBeLessThan(1)
      optimizer.dispose()
    })

    it('a state that was made under a number goes on under a schedule', () => {
      const params = wave([3])
      const [, state] = adam(0.1).update(wave([3], 1), adam(0.1).init(params), params)
      const [updates, next] = adam((count) => count * 0.1).update(wave([3], 2), state, params)
      const [expected] = adam(0.1).update(wave([3], 2), state, params)
      expect(updates).toBeAllClose(expected)
      expect(next[1]).toEqual({ count: 2 })
    })
  })
})
