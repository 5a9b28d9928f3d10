import { addBias, leanRelu } from '@gg/backprop'
import { disposeTree, transformGradient } from '@gg/core'
import { gate } from '@gg/gating'
import { traceGradient } from '@gg/gradcheck'
import { onBackends } from '@gg/testing'
import {
  add,
  engine,
  grad,
  max,
  maximum,
  memory,
  mul,
  relu,
  scalar,
  sigmoid,
  square,
  sum,
  Tensor,
  tensor1d,
  tidy,
  topk,
} from '@tensorflow/tfjs-core'
import { describe, expect, it, vi } from 'vitest'
import { numbers } from '../scripts/known-functions.mjs'
import { gradientsOf } from './traced.ts'

/** That no tensor is left over, of a body that waits. */
async function withoutLeak(body: () => Promise<void>): Promise<void> {
  const before = memory().numTensors
  await body()
  expect(memory().numTensors - before).toBe(0)
}

onBackends(() => {
  describe('traceGradient', () => {
    it('shows that addition distributes, the maximum routes and multiplication switches', async () => {
      const inputs = { x: scalar(3), y: scalar(-4), z: scalar(2), w: scalar(-1) }
      const f = ({ x, y, z, w }: typeof inputs) => mul(add(mul(x, y), maximum(z, w)), 2)
      const { gates } = await traceGradient(f, inputs)
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

    it('adds up what comes back on several ways', async () => {
      const x = scalar(3)
      const circuit = await traceGradient((at: Tensor) => add(mul(at, at), at), x)
      expect(gradientsOf(circuit, ['input'])).toEqual([7])
      expect(circuit.gates[0]?.inputs.map(({ gradient }) => gradient?.values)).toEqual([[3], [3]])
      x.dispose()
    })

    it('remembers what a scope within the function has disposed', async () => {
      const x = tensor1d([1, 2])
      const circuit = await traceGradient((at: Tensor) => tidy(() => square(add(at, 1))), x)
      expect(circuit.wires.map(({ value }) => value.values)).toEqual([[1, 2], [1], [2, 3], [4, 9]])
      expect(gradientsOf(circuit, ['input'])).toEqual([4])
      x.dispose()
    })

    it('has run when it returns, so that the inputs may go, and waits for values without stopping the backend', async () => {
      await withoutLeak(async () => {
        const stopping = vi.spyOn(Tensor.prototype, 'dataSync').mockImplementation(() => {
          throw new Error('webgpu has no dataSync')
        })
        const x = tensor1d([1, 2])
        const w = numbers([100], 1)
        const promise = traceGradient((at: { x: Tensor; w: Tensor }) => mul(sum(square(at.x)), sum(at.w)), { x, w })
        disposeTree([x, w])
        const { wires } = await promise
        expect(wires[0]?.value.values).toEqual([1, 2])
        expect(wires.find(({ name }) => name === 'w')?.gradient).toMatchObject({ min: 5, max: 5 })
        expect(stopping).not.toHaveBeenCalled()
      })
    })

    it('takes the sum of an output of several numbers, and leaves out what no gradient reaches', async () => {
      const x = tensor1d([1, -2, 3])
      const circuit = await traceGradient((at: Tensor) => {
        max(square(at))
        return relu(at)
      }, x)
      expect(circuit.gates.map(({ kernel }) => kernel)).toEqual(['Relu'])
      expect(circuit.wires[circuit.output]?.gradient?.values).toEqual([1, 1, 1])
      expect(circuit.gates[0]?.inputs[0]?.local?.values).toEqual([1, 0, 1])
      x.dispose()
    })

    it('shows an operation with a gradient of its own as one gate', async () => {
      const x = tensor1d([0, 0])
      const circuit = await traceGradient((at: Tensor) => square(transformGradient(add(at, 1), gate())), x)
      expect(circuit.gates.map(({ kernel }) => kernel)).toEqual(['Add', 'custom', 'Square'])
      expect(gradientsOf(circuit, ['input'])[0]).toBeCloseTo(2 / (1 + Math.exp(-1)), 6)
      x.dispose()
    })

    it('names such an operation after the scope that it is in, if that has a name', async () => {
      const x = tensor1d([-1, 2])
      const swish = (at: Tensor) => tidy('swish', () => transformGradient(at, gate()))
      const { gates } = await traceGradient((at: Tensor) => leanRelu(tidy(() => swish(addBias(at, x)))), x)
      expect(gates.map(({ kernel }) => kernel)).toEqual(['addBias', 'swish', 'leanRelu'])
      x.dispose()
    })

    it('says what training would do, and leaves no trace of itself', async () => {
      await withoutLeak(async () => {
        const x = tensor1d([0.5, -1])
        const f = (at: Tensor) => sum(sigmoid(square(at)))
        const before = grad(f)(x)
        const circuit = await traceGradient(f, x)
        const after = grad(f)(x)
        expect(circuit.wires[0]?.gradient?.values).toEqual(Array.from(before.dataSync()))
        expect(after).toBeAllClose(before, { rtol: 0, atol: 0 })
        disposeTree([x, before, after])
      })
      expect(engine().state.activeTape ?? []).toEqual([])
    })

    it('leaks nothing when the function throws, forward or back', async () => {
      await withoutLeak(async () => {
        const x = tensor1d([1, 2])
        const throws = (at: Tensor): Tensor => {
          square(at)
          throw new Error('no')
        }
        await expect(traceGradient(throws, x)).rejects.toThrow('no')
        const noGradient = (at: Tensor) => topk(square(at)).values
        await expect(traceGradient(noGradient, x)).rejects.toThrow(expect.objectContaining({ code: 'NO_GRADIENT' }))
        const nested: Promise<unknown>[] = []
        const within = (at: Tensor) => {
          nested.push(traceGradient((y: Tensor) => square(y), x))
          return square(at)
        }
        grad(within)(x).dispose()
        await expect(nested[0]).rejects.toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
        expect((await traceGradient((at: Tensor) => square(at), x)).gates.length).toBe(1)
        x.dispose()
      })
    })

    it('keeps no tensor', async () => {
      const x = numbers([100], 1)
      const before = memory().numTensors
      const circuit = await traceGradient((at: Tensor) => square(at), x)
      expect(memory().numTensors).toBe(before)
      expect(circuit.wires[0]?.value).toMatchObject({ shape: [100], values: undefined })
      expect(circuit.wires[0]?.value.histogram.reduce((a, b) => a + b)).toBe(100)
      expect(JSON.parse(JSON.stringify(circuit))).toMatchObject({ output: 1 })
      x.dispose()
    })
  })
})
