import { disposeTree, type Tree, transformGradient } from '@gg/core'
import { gate } from '@gg/gating'
import {
  type Circuit,
  circuitToMermaid,
  circuitToSvg,
  circuitToText,
  findVanishing,
  traceGradient,
  type Wire,
} from '@gg/gradcheck'
import { lenet } from '@gg/models'
import { expectNoLeak, onBackends } from '@gg/testing'
import {
  add,
  engine,
  grad,
  logSoftmax,
  matMul,
  max,
  maximum,
  mean,
  memory,
  mul,
  neg,
  relu,
  scalar,
  sigmoid,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tidy,
  topk,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { type KnownFunction, neuron, numbers, product, staged } from '../scripts/known-functions.mjs'

const trace = ({ inputs, f }: KnownFunction): Circuit => {
  const at = inputs()
  const circuit = traceGradient(f, at)
  disposeTree(at)
  return circuit
}
const named = (circuit: Circuit, name: string): Wire => circuit.wires.find((wire) => wire.name === name) as Wire
const gradients = (circuit: Circuit, names: readonly string[]) =>
  names.map((name) => named(circuit, name).gradient?.values?.[0])

// The source's numbers have ten digits, float32 has seven: 1e-6 of a number around 1 is what can be asked.
const tolerance = { rtol: 0, atol: 1e-6 }

onBackends(() => {
  describe('the circuits of cs231n', () => {
    it('(x + y) z', () => {
      const circuit = trace(product)
      expect(named(circuit, 'output').value.values).toEqual([-12])
      expect(gradients(circuit, ['x', 'y', 'z'])).toEqual([-4, -4, 3])
    })

    it('the neuron, its sigmoid written out or as one gate', () => {
      const { f, inputs } = neuron
      const whole: KnownFunction = {
        inputs,
        f: ({ w0, x0, w1, x1, w2 }) => sigmoid(add(add(mul(w0!, x0!), mul(w1!, x1!)), w2!)),
      }
      for (const circuit of [trace({ inputs, f }), trace(whole)]) {
        expect(named(circuit, 'output').value.values ?? []).toBeAllClose([0.7310585786], tolerance)
        expect(gradients(circuit, ['x0', 'x1']) as number[]).toBeAllClose([0.3932238665, -0.5898357997], tolerance)
        expect(gradients(circuit, ['w0', 'w1', 'w2']) as number[]).toBeAllClose(
          [-0.1966119332, -0.3932238665, 0.1966119332],
          tolerance,
        )
      }
      const exponential = trace(neuron).gates.find(({ kernel }) => kernel === 'Exp')
      // The picture of the course has 0.37 · -0.53 = -0.20 here.
      expect(exponential?.inputs[0]?.local?.values ?? []).toBeAllClose([Math.exp(-1)])
      const sigma = trace(whole).gates.find(({ kernel }) => kernel === 'Sigmoid')
      expect(sigma?.inputs[0]?.local?.values ?? []).toBeAllClose([0.7310585786 * (1 - 0.7310585786)])
    })

    it('the staged fraction', () => {
      const circuit = trace(staged)
      expect(named(circuit, 'output').value.values ?? []).toBeAllClose([1.5456448841], tolerance)
      expect(gradients(circuit, ['x', 'y']) as number[]).toBeAllClose([2.0595697956, 1.5922327515], tolerance)
    })
  })

  describe('traceGradient', () => {
    it('shows that addition distributes, the maximum routes and multiplication switches', () => {
      const inputs = { x: scalar(3), y: scalar(-4), z: scalar(2), w: scalar(-1) }
      const f = ({ x, y, z, w }: typeof inputs) => mul(add(mul(x, y), maximum(z, w)), 2)
      const { gates } = traceGradient(f, inputs)
      const seen = gates.map(({ kernel, rule, inputs }) => [
        kernel,
        rule,
        ...inputs.map(({ local, gradient }) => [local?.values?.[0], gradient?.values?.[0]]),
      ])
      expect(seen).toEqual([
        ['Multiply', 'switches', [-4, -8], [3, 6]],
        ['Maximum', 'routes', [1, 2], [0, 0]],
        ['Add', 'distributes', [1, 2], [1, 2]],
        ['Multiply', 'switches', [2, 2], [undefined, undefined]],
      ])
      disposeTree(inputs)
    })

    it('adds up what comes back on several ways', () => {
      const x = scalar(3)
      const circuit = traceGradient((at: Tensor) => add(mul(at, at), at), x)
      expect(gradients(circuit, ['input'])).toEqual([7])
      expect(circuit.gates[0]?.inputs.map(({ gradient }) => gradient?.values)).toEqual([[3], [3]])
      x.dispose()
    })

    it('remembers what a scope within the function has disposed', () => {
      const x = tensor1d([1, 2])
      const circuit = traceGradient((at: Tensor) => tidy(() => square(add(at, 1))), x)
      expect(circuit.wires.map(({ value }) => value.values)).toEqual([[1, 2], [1], [2, 3], [4, 9]])
      expect(gradients(circuit, ['input'])).toEqual([4])
      x.dispose()
    })

    it('takes the sum of an output of several numbers, and leaves out what no gradient reaches', () => {
      const x = tensor1d([1, -2, 3])
      const circuit = traceGradient((at: Tensor) => {
        max(square(at))
        return relu(at)
      }, x)
      expect(circuit.gates.map(({ kernel }) => kernel)).toEqual(['Relu'])
      expect(named(circuit, 'output').gradient?.values).toEqual([1, 1, 1])
      expect(circuit.gates[0]?.inputs[0]?.local?.values).toEqual([1, 0, 1])
      x.dispose()
    })

    it('shows an operation with a gradient of its own as one gate', () => {
      const x = tensor1d([0, 0])
      const circuit = traceGradient((at: Tensor) => square(transformGradient(add(at, 1), gate())), x)
      expect(circuit.gates.map(({ kernel }) => kernel)).toEqual(['Add', 'custom', 'Square'])
      expect(named(circuit, 'input').gradient?.values?.[0]).toBeCloseTo(2 / (1 + Math.exp(-1)), 6)
      x.dispose()
    })

    it('says what training would do, and leaves no trace of itself', () => {
      expectNoLeak(() => {
        const x = tensor1d([0.5, -1])
        const f = (at: Tensor) => sum(sigmoid(square(at)))
        const before = grad(f)(x)
        const circuit = traceGradient(f, x)
        const after = grad(f)(x)
        expect(circuit.wires[0]?.gradient?.values).toEqual(Array.from(before.dataSync()))
        expect(after).toBeAllClose(before, { rtol: 0, atol: 0 })
        disposeTree([x, before, after])
      })
      expect(engine().state.activeTape ?? []).toEqual([])
    })

    it('leaks nothing when the function throws, forward or back', () => {
      expectNoLeak(() => {
        const x = tensor1d([1, 2])
        const throws = (at: Tensor): Tensor => {
          square(at)
          throw new Error('no')
        }
        expect(() => traceGradient(throws, x)).toThrow('no')
        const noGradient = (at: Tensor) => topk(square(at)).values
        expect(() => traceGradient(noGradient, x)).toThrow(expect.objectContaining({ code: 'NO_GRADIENT' }))
        const within = (at: Tensor) => {
          traceGradient((y: Tensor) => square(y), x)
          return at
        }
        expect(() => grad(within)(x)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
        expect(traceGradient((at: Tensor) => square(at), x).gates.length).toBe(1)
        x.dispose()
      })
    })

    it('keeps no tensor', () => {
      const x = numbers([100], 1)
      const before = memory().numTensors
      const circuit = traceGradient((at: Tensor) => square(at), x)
      expect(memory().numTensors).toBe(before)
      expect(circuit.wires[0]?.value).toMatchObject({ shape: [100], values: undefined })
      expect(circuit.wires[0]?.value.histogram.reduce((a, b) => a + b)).toBe(100)
      expect(JSON.parse(JSON.stringify(circuit))).toMatchObject({ output: 1 })
      x.dispose()
    })
  })
})

const model = lenet()
const loss = (params: Tree) => {
  const images = numbers([4, 28, 28, 1], 1, 0.5, 0.5) as Tensor4D
  return neg(mean(logSoftmax(model.apply(params as never, images))))
}

describe('a LeNet', () => {
  it('has its whole backward pass drawn', () => {
    const params = model.init(0)
    const circuit = traceGradient(loss, params as Tree)
    const kernels = circuit.gates.map(({ kernel }) => kernel)
    const count = (kernel: string) => kernels.filter((name) => name === kernel).length
    expect([count('Conv2D'), count('MaxPool'), count('Relu'), count('BatchMatMul')]).toEqual([2, 2, 4, 3])
    expect(new Set(circuit.gates.map(({ layer }) => layer))).toEqual(
      new Set(['conv1', 'conv2', 'dense1', 'dense2', 'logits']),
    )
    const svg = circuitToSvg(circuit)
    for (const word of ['conv1/kernel', 'MaxPool', '[4, 28, 28, 6]', 'logits/bias']) expect(svg).toContain(word)
    expect(svg).not.toMatch(/NaN|undefined/)
    expect(circuitToSvg(circuit)).toBe(svg)
    expect(circuitToText(circuit)).toMatch(
      /MaxPool\(#\d+\) \[4,14,14,6\] = ‖[\d.]+‖, gradient ‖[\d.e-]+‖, which it routes in conv1/,
    )
    disposeTree(params as Tree)
  })
})

describe('the drawings', () => {
  it('of a product, as Mermaid', () => {
    expect(circuitToMermaid(trace(product))).toMatchInlineSnapshot(`
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

  it('of a product, as SVG', () => {
    const svg = circuitToSvg(trace(product), { title: 'a < b' })
    expect(svg).toContain('<title>a &lt; b</title>')
    for (const x of ['-2', '5', '-4', '3', '-12']) expect(svg).toContain(`>${x}</text>`)
    expect(svg.match(/marker-end/g)?.length).toBe(5)
    expect(circuitToSvg(trace(product), { direction: 'TB' })).not.toBe(circuitToSvg(trace(product)))
  })
})

describe('findVanishing', () => {
  const deep = (weight: number, layers = 6) => {
    const params = Object.fromEntries(Array.from({ length: layers }, (_, i) => [`layer${i}`, { w: scalar(weight) }]))
    const f = (at: typeof params) =>
      Array.from({ length: layers }).reduce<Tensor>((x, _, i) => sigmoid(mul(x, at[`layer${i}`]!.w)), scalar(0.5))
    const report = findVanishing(traceGradient(f, params))
    disposeTree(params)
    return report
  }

  it('names the layer at which sigmoids have used the gradient up', () => {
    const { layers, summary } = deep(1)
    expect(layers.map(({ layer }) => layer)).toEqual(['layer5', 'layer4', 'layer3', 'layer2', 'layer1', 'layer0'])
    // Each sigmoid passes at most a quarter.
    expect(layers.map(({ verdict }) => verdict)).toEqual(['fine', 'fine', 'fine', 'fine', 'fine', 'vanished'])
    expect(summary).toMatch(/^The gradient has vanished at layer0: .*; its steepest gate is Sigmoid \(× 0\.2\d+\)\.$/)
  })

  it('sees an explosion, and that all is well', () => {
    const w = { a: { w: scalar(50) }, b: { w: scalar(50) }, c: { w: scalar(1) } }
    const f = ({ a, b, c }: typeof w) => mul(mul(mul(c.w, 2), a.w), b.w)
    const circuit = traceGradient(f, w)
    expect(findVanishing(circuit).summary).toMatch(/^The gradient has exploded at c: 2500, 2500 of what it was/)
    expect(findVanishing(circuit, { above: 1e4 }).summary).toMatch(/neither vanishes nor explodes: 1 at b, 50 at a/)
    expect(() => findVanishing(circuit, { below: 2 })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    disposeTree(w)
  })

  it('finds the way through matrices', () => {
    const params = { one: { w: numbers([8, 8], 1, 1e-3) }, two: { w: numbers([8, 8], 2, 1e-3) } }
    const f = ({ one, two }: typeof params) => matMul(matMul(numbers([2, 8], 3), one.w), two.w)
    const { layers } = findVanishing(traceGradient(f, params))
    expect(layers.map(({ layer }) => layer)).toEqual(['two', 'one'])
    expect(layers[1]?.ratio).toBeLessThan(0.01)
    disposeTree(params)
  })
})
