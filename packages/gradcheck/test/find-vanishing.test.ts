import { disposeTree } from '@gg/core'
import { findVanishing, traceGradient } from '@gg/gradcheck'
import { matMul, mul, scalar, sigmoid, type Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbers } from '../scripts/known-functions.mjs'

describe('findVanishing', () => {
  const deep = async (weight: number, layers = 6) => {
    const params = Object.fromEntries(Array.from({ length: layers }, (_, i) => [`layer${i}`, { w: scalar(weight) }]))
    const f = (at: typeof params) =>
      Array.from({ length: layers }).reduce<Tensor>((x, _, i) => sigmoid(mul(x, at[`layer${i}`]!.w)), scalar(0.5))
    const report = findVanishing(await traceGradient(f, params))
    disposeTree(params)
    return report
  }

  it('names the layer at which sigmoids have used the gradient up', async () => {
    const { layers, summary } = await deep(1)
    expect(layers.map(({ layer }) => layer)).toEqual(['layer5', 'layer4', 'layer3', 'layer2', 'layer1', 'layer0'])
    // Each sigmoid passes at most a quarter.
    expect(layers.map(({ verdict }) => verdict)).toEqual(['fine', 'fine', 'fine', 'fine', 'fine', 'vanished'])
    expect(summary).toMatch(/^The gradient has vanished at layer0: .*; its steepest gate is Sigmoid \(× 0\.2\d+\)\.$/)
  })

  it('sees an explosion, and that all is well', async () => {
    const w = { a: { w: scalar(50) }, b: { w: scalar(50) }, c: { w: scalar(1) } }
    const f = ({ a, b, c }: typeof w) => mul(mul(mul(c.w, 2), a.w), b.w)
    const circuit = await traceGradient(f, w)
    expect(findVanishing(circuit).summary).toMatch(/^The gradient has exploded at c: 2500, 2500 of what it was/)
    expect(findVanishing(circuit, { above: 1e4 }).summary).toMatch(/neither vanishes nor explodes: 1 at b, 50 at a/)
    expect(() => findVanishing(circuit, { below: 2 })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    disposeTree(w)
  })

  it('finds the way through matrices', async () => {
    const params = { one: { w: numbers([8, 8], 1, 1e-3) }, two: { w: numbers([8, 8], 2, 1e-3) } }
    const f = ({ one, two }: typeof params) => matMul(matMul(numbers([2, 8], 3), one.w), two.w)
    const { layers } = findVanishing(await traceGradient(f, params))
    expect(layers.map(({ layer }) => layer)).toEqual(['two', 'one'])
    expect(layers[1]?.ratio).toBeLessThan(0.01)
    disposeTree(params)
  })
})
