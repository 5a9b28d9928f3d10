import { fusedKernel } from '@gg/core'
import { onBackends } from '@gg/testing'
import { add, getBackend, mul, registerKernel, type Tensor, tensor1d, unregisterKernel } from '@tensorflow/tfjs-core'
import { expect, it, onTestFinished } from 'vitest'

onBackends(() => {
  const run = (): Tensor[] => {
    const [a, b] = [tensor1d([1, 2]), tensor1d([3, 4])]
    return fusedKernel('GgTest', { a, b }, { c: 1 }, () => [add(mul(a, b), 1)])
  }

  it('runs the plain form where no kernel is registered', () => {
    expect(run()[0]).toBeAllClose([4, 9])
  })

  it('runs the registered kernel with the inputs and attributes', () => {
    const seen: unknown[] = []
    registerKernel({
      kernelName: 'GgTest',
      backendName: getBackend(),
      kernelFunc: ({ inputs, attrs, backend }) => {
        seen.push(Object.keys(inputs), attrs)
        const { a } = inputs
        if (a === undefined) throw new Error('no a')
        ;(backend as { incRef(id: object): void }).incRef(a.dataId)
        return [a, { ...a }]
      },
    })
    onTestFinished(() => unregisterKernel('GgTest', getBackend()))
    const results = run()
    expect(seen).toEqual([['a', 'b'], { c: 1 }])
    expect(results).toHaveLength(2)
    expect(results[0]).toBeAllClose([1, 2])
  })
})
