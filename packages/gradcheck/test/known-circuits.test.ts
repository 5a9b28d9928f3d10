import { onBackends } from '@gg/testing'
import { add, mul, sigmoid } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { type KnownFunction, neuron, product, staged } from '../scripts/known-functions.mjs'
import { gradientsOf, traced } from './traced.ts'

// The source's numbers have ten digits, float32 has seven: 1e-6 of a number around 1 is what can be asked.
const tolerance = { rtol: 0, atol: 1e-6 }
const outputOf = ({ wires, output }: Awaited<ReturnType<typeof traced>>) => wires[output]?.value.values ?? []

onBackends(() => {
  describe('the circuits of cs231n', () => {
    it('(x + y) z', async () => {
      const circuit = await traced(product)
      expect(outputOf(circuit)).toEqual([-12])
      expect(gradientsOf(circuit, ['x', 'y', 'z'])).toEqual([-4, -4, 3])
    })

    it('the neuron, its sigmoid written out or as one gate', async () => {
      const { f, inputs } = neuron
      const whole: KnownFunction = {
        inputs,
        f: ({ w0, x0, w1, x1, w2 }) => sigmoid(add(add(mul(w0!, x0!), mul(w1!, x1!)), w2!)),
      }
      const [writtenOut, asOne] = [await traced({ inputs, f }), await traced(whole)]
      for (const circuit of [writtenOut, asOne]) {
        expect(outputOf(circuit)).toBeAllClose([0.7310585786], tolerance)
        expect(gradientsOf(circuit, ['x0', 'x1']) as number[]).toBeAllClose([0.3932238665, -0.5898357997], tolerance)
        expect(gradientsOf(circuit, ['w0', 'w1', 'w2']) as number[]).toBeAllClose(
          [-0.1966119332, -0.3932238665, 0.1966119332],
          tolerance,
        )
      }
      const exponential = writtenOut.gates.find(({ kernel }) => kernel === 'Exp')
      // The picture of the course has 0.37 · -0.53 = -0.20 here.
      expect(exponential?.inputs[0]?.local?.values ?? []).toBeAllClose([Math.exp(-1)])
      const sigma = asOne.gates.find(({ kernel }) => kernel === 'Sigmoid')
      expect(sigma?.inputs[0]?.local?.values ?? []).toBeAllClose([0.7310585786 * (1 - 0.7310585786)])
    })

    it('the staged fraction', async () => {
      const circuit = await traced(staged)
      expect(outputOf(circuit)).toBeAllClose([1.5456448841], tolerance)
      expect(gradientsOf(circuit, ['x', 'y']) as number[]).toBeAllClose([2.0595697956, 1.5922327515], tolerance)
    })
  })
})
