import { disposeTree } from '@gg/core'
import { expectGradient } from '@gg/gradcheck'
import { expectNoLeak, onBackends } from '@gg/testing'
import { dispose, env, scalar } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knownGradients } from '../scripts/known-functions.mjs'

// In its test mode tfjs takes whatever a custom gradient saves for a leak; its own softmaxCrossEntropy fails there.
beforeAll(() => {
  dispose(scalar(0)) // in test mode the first tensor is made without a greeting
  env().set('IS_TEST', false)
})
afterAll(() => env().set('IS_TEST', true))

/** What is wrong with tfjs 4.22 where this project has no kernel of its own; the check finds each of them. */
const faults: { readonly [backend: string]: { readonly [name: string]: RegExp } } = {
  cpu: {
    stridedSlice: /gradient function not found for StridedSlice/,
    // Both of the largest get the whole gradient: twice as much as there is.
    'max, a tie': /along random signs: analytic -?2/,
    // The border is left out: what is mirrored into the padding gets no gradient for it.
    mirrorPad: /got 12 of 16 probes wrong/,
    // Divides by the whole window at the border, where the forward pass divides by what lies within the map.
    'avgPool, same, overlapping': /probes wrong/,
    // Height and width are swapped.
    resizeBilinear: /has shape '1,4,3,2'/,
    // Steps through the gradient by the strides of the smaller image: only the first sample is where it looks.
    'resizeNearestNeighbor, batch of 2': /probes wrong/,
  },
  wasm: {
    stridedSlice: /gradient function not found for StridedSlice/,
    mirrorPad: /got 12 of 16 probes wrong/,
    'max, a tie': /along random signs: analytic -?2/,
  },
  // What is left is tfjs' own: these three are wrong in its table of gradients, whatever computes them.
  tensorflow: {
    stridedSlice: /gradient function not found for StridedSlice/,
    mirrorPad: /got 12 of 16 probes wrong/,
    'max, a tie': /along random signs: analytic -?2/,
  },
}

onBackends((backend) => {
  describe('the gradients of tfjs', () => {
    it.each(knownGradients.map((known) => [known.name, known] as const))('%s', (name, { inputs, f }) => {
      expectNoLeak(() => {
        const at = inputs()
        const fault = faults[backend]?.[name]
        if (fault === undefined) expectGradient(f, at)
        else expect(() => expectGradient(f, at)).toThrow(fault)
        disposeTree(at)
      })
    })
  })
})
