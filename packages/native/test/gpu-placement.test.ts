import { describe, expect, it } from 'vitest'
import type { Binding } from '../src/binding.ts'
import { placeOfComputation } from '../src/gpu-placement.ts'

const GPU = '/job:localhost/replica:0/task:0/device:GPU:0'

/** A binding that multiplies right and leaves nothing, on a machine that is not here. */
function binding(change: Partial<Record<keyof Binding, unknown>> = {}): { binding: Binding; open: Set<number> } {
  const open = new Set<number>()
  let next = 0
  const make = () => {
    open.add(next)
    return next++
  }
  const plain = {
    createTensor: make,
    deleteTensor: (id: number) => open.delete(id),
    executeOp: () => [{ id: make() }],
    tensorDataSync: () => new Float32Array(64 * 64).fill(64),
    isUsingGpuDevice: () => true,
    recordDevice: () => {},
    recordedDevice: () => GPU,
  }
  return { binding: { ...plain, ...change } as unknown as Binding, open }
}

describe('placeOfComputation', () => {
  it('is the device of the product', () => {
    const { binding: made, open } = binding()
    expect(placeOfComputation(made)).toBe(GPU)
    expect(open.size).toBe(0)
  })

  it('is not what the list of devices says', () => {
    expect(placeOfComputation(binding({ recordedDevice: () => GPU.replace('GPU', 'CPU') }).binding)).toMatch(/CPU:0$/)
  })

  it('is nowhere if the product is wrong', () => {
    const { binding: made, open } = binding({ tensorDataSync: () => new Float32Array(64 * 64).fill(63) })
    expect(placeOfComputation(made)).toBeUndefined()
    expect(open.size).toBe(0)
  })

  it('for a binding of tfjs-node is a GPU if an operation runs that only a GPU has', () => {
    const silent = { recordDevice: undefined, recordedDevice: undefined }
    const ran: string[] = []
    const runs = (refused: string) => {
      const { binding: made, open } = binding()
      const executeOp = (name: string) => {
        ran.push(name)
        if (name === refused) throw new Error('No OpKernel was registered')
        return made.executeOp(name, [], [], 1)
      }
      const place = placeOfComputation({ ...made, ...silent, executeOp } as unknown as Binding)
      expect(open.size).toBe(0)
      return place
    }
    expect(runs('nothing')).toBe('GPU:0')
    expect(runs('CudnnRNNParamsSize')).toBe('CPU:0')
    expect(ran).toEqual(['MatMul', 'CudnnRNNParamsSize', 'MatMul', 'CudnnRNNParamsSize'])
    expect(placeOfComputation(binding({ ...silent, isUsingGpuDevice: () => false }).binding)).toBe('CPU:0')
  })
})
