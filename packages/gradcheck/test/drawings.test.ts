import { disposeTree } from '@gg/core'
import { circuitToMermaid, circuitToSvg, circuitToText, traceGradient } from '@gg/gradcheck'
import { lenet } from '@gg/models'
import { onBackends } from '@gg/testing'
import { logSoftmax, mean, neg, type Tensor4D } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { numbers, product } from '../scripts/known-functions.mjs'
import { lenetLoss, lenetParams } from '../scripts/lenet.mjs'
import { traced } from './traced.ts'

const LAYERS = new Set(['conv1', 'conv2', 'dense1', 'dense2', 'logits'])

onBackends(() => {
  it('a LeNet has its whole backward pass drawn', async () => {
    const params = lenetParams()
    const circuit = await traceGradient(lenetLoss, params)
    const kernels = circuit.gates.map(({ kernel }) => kernel)
    const count = (kernel: string) => kernels.filter((name) => name === kernel).length
    expect([count('Conv2D'), count('MaxPool'), count('Relu'), count('BatchMatMul')]).toEqual([2, 2, 4, 3])
    expect(new Set(circuit.gates.map(({ layer }) => layer))).toEqual(LAYERS)
    const svg = circuitToSvg(circuit)
    for (const word of ['conv1/kernel', 'MaxPool', '[4, 28, 28, 6]', 'logits/bias']) expect(svg).toContain(word)
    expect(svg).not.toMatch(/NaN|undefined/)
    expect(circuitToSvg(circuit)).toBe(svg)
    expect(circuitToText(circuit)).toMatch(
      /MaxPool\(#\d+\) \[4,14,14,6\] = ‖[\d.]+‖, gradient ‖[\d.e-]+‖, which it routes in conv1/,
    )
    disposeTree(params)
  })

  it('a model that fuses its layers has them named all the same', async () => {
    const model = lenet()
    const params = model.init(0)
    const images = numbers([4, 28, 28, 1], 1, 0.5, 0.5) as Tensor4D
    const loss = (at: typeof params) => neg(mean(logSoftmax(model.apply(at, images))))
    const { gates } = await traceGradient(loss, params)
    expect(new Set(gates.map(({ layer }) => layer))).toEqual(LAYERS)
    disposeTree([params, images])
  })
})

describe('the drawings', () => {
  it('of a product, as Mermaid', async () => {
    expect(circuitToMermaid(await traced(product))).toMatchInlineSnapshot(`
      "flowchart LR
        w0["x"]
        w1["y"]
        w2["z"]
        g0(("+"))
        w0 -->|"-2 | -4"| g0
        w1 -->|"5 | -4"| g0
        g1(("×"))
        g0 -->|"3 | -4"| g1
        w2 -->|"-4 | 3"| g1
        out["output"]
        g1 -->|"-12 | 1"| out"
    `)
  })

  it('of a product, as SVG', async () => {
    const svg = circuitToSvg(await traced(product), { title: 'a < b' })
    expect(svg).toContain('<title>a &lt; b</title>')
    for (const x of ['-2', '5', '-4', '3', '-12']) expect(svg).toContain(`>${x}</text>`)
    expect(svg.match(/marker-end/g)?.length).toBe(5)
    expect(circuitToSvg(await traced(product), { direction: 'TB' })).not.toBe(circuitToSvg(await traced(product)))
  })
})
