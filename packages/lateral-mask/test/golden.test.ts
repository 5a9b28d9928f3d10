import { disposeTree, transformGradient, valueAndGrad } from '@gg/core'
import {
  flowSensitivity,
  type LateralMaskOptions,
  type LogKernelOptions,
  lateralMask,
  lateralMaskFactor,
  logKernel,
  magnitudeMask,
} from '@gg/lateral-mask'
import { expectNoLeak, numbersOf, onBackends, readVectors } from '@gg/testing'
import {
  add,
  conv2d,
  matMul,
  maxPool,
  mul,
  type Rank,
  relu,
  reshape,
  type Scalar,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

type Numbers = readonly number[]
type MaskCase = { readonly options: LateralMaskOptions; readonly log: boolean }

const vectors = readVectors<{
  readonly kernels: readonly { readonly options: LogKernelOptions; readonly shape: Numbers; readonly kernel: Numbers }[]
  readonly masks: readonly (MaskCase & { readonly shape: Numbers; readonly mask: string })[]
  readonly sensitivities: readonly { readonly shape: Numbers; readonly sensitivity: Numbers }[]
  readonly chains: readonly (MaskCase & {
    readonly [name in 'y' | 'dx' | 'dkernel' | 'dbias' | 'dw' | 'db']: Numbers
  })[]
}>('lateral-mask')

const titled = <C extends object>(cases: readonly C[]) =>
  cases.map((c, i) => {
    const { shape, options, log } = c as { shape?: Numbers; options?: object; log?: boolean }
    return [`${i} ${log === false ? 'magnitude ' : ''}${shape ?? ''} ${JSON.stringify(options ?? '')}`, c] as const
  })
const mask = ({ options, log }: MaskCase) => (log ? lateralMask(options) : magnitudeMask(options))

onBackends(() => {
  describe('as a custom autograd function in PyTorch:', () => {
    it.each(titled(vectors.kernels))('logKernel %s', (_, { options, shape, kernel }) => {
      const found = logKernel(options)
      expect(found.shape).toEqual(shape)
      expect(found).toBeAllClose(kernel, { atol: 1e-7 })
      found.dispose()
    })

    it.each(titled(vectors.masks))('mask %s', (_, c) => {
      expectNoLeak(() => {
        const expected = Array.from(c.mask, Number)
        const gradient = numbersOf<Rank.R4>(c.shape, 31)
        const [updates] = mask(c).update(gradient, {})
        const numbers = gradient.dataSync()
        expect(updates).toBeAllClose(expected.map((m, i) => m * numbers[i]!))
        if (c.log) {
          const factor = lateralMaskFactor(gradient, c.options)
          expect(tidy(() => add(factor, mul(gradient, 0)).dataSync())).toEqual(Float32Array.from(expected))
          factor.dispose()
        }
        disposeTree([gradient, updates])
      })
    })

    it.each(titled(vectors.sensitivities))('flowSensitivity %s', (_, { shape, sensitivity }) => {
      expect(tidy(() => flowSensitivity(numbersOf(shape, 32)).dataSync())).toBeAllClose(sensitivity)
    })

    const chains = titled(vectors.chains).flatMap(([title, c]) =>
      ([false, true] as const).map((atOnce) => [`${title}${atOnce ? ', at once' : ''}`, { ...c, atOnce }] as const),
    )
    it.each(chains)('conv, mask, relu, pool, dense %s', (_, c) => {
      const tx = mask(c)
      // Mask and ReLU as two nodes of the tape, and as one.
      const rectified = (y: Tensor) =>
        c.atOnce ? transformGradient(y, tx, { relu: true }) : relu(transformGradient(y, tx))
      expectNoLeak(() => {
        const leaves = {
          x: numbersOf<Rank.R4>([2, 12, 12, 2], 15),
          kernel: numbersOf<Rank.R4>([3, 3, 2, 4], 16),
          bias: numbersOf([4], 17, 0.5),
          w: numbersOf<Rank.R2>([100, 3], 18, 0.5),
          b: numbersOf([3], 19, 0.5),
        }
        const loss = ({ x, kernel, bias, w, b }: typeof leaves) => {
          const maps = rectified(add(conv2d(x, kernel, 1, 'valid'), bias)) as Tensor<Rank.R4>
          const y = add(matMul(reshape(maxPool(maps, 2, 2, 'valid'), [2, 100]), w), b)
          return [sum(mul(y, numbersOf(y.shape, 22))) as Scalar, { y }] as const
        }
        const { value, grads, aux } = valueAndGrad(loss, { hasAux: true })(leaves)
        // Sums of up to 100 float32 products of size 1 may be off by 100 · 2⁻²⁴ = 6e-6, however small they come out.
        const tolerance = { atol: 6e-6 }
        expect(aux.y).toBeAllClose(c.y, tolerance)
        expect(grads.x, 'x').toBeAllClose(c.dx, tolerance)
        expect(grads.kernel, 'kernel').toBeAllClose(c.dkernel, tolerance)
        expect(grads.bias, 'bias').toBeAllClose(c.dbias, tolerance)
        expect(grads.w, 'w').toBeAllClose(c.dw, tolerance)
        expect(grads.b, 'b').toBeAllClose(c.db, tolerance)
        disposeTree([leaves, value, grads, aux])
      })
    })
  })
})
