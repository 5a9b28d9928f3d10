import { describe, expect, it } from 'vitest'
import { tensorflowConfig } from '../src/tensorflow-config.ts'

// The bytes are those of TensorFlow's own ConfigProto(...).SerializeToString() in Python, which leaves a false out.
describe('tensorflowConfig', () => {
  const hex = (...args: Parameters<typeof tensorflowConfig>) => Buffer.from(tensorflowConfig(...args)).toString('hex')

  it('lets memory grow unless told otherwise', () => {
    expect(hex({})).toBe('32022001')
    expect(hex({ memoryGrowth: true })).toBe('32022001')
    expect(hex({ memoryGrowth: false })).toBe('32022000')
  })

  it('limits memory by a virtual device', () => {
    expect(hex({ memoryLimit: 2048 })).toBe('320c20014a080a060a0400000045')
    expect(hex({ memoryLimit: 2048, memoryGrowth: false })).toBe('320c20004a080a060a0400000045')
  })

  it('sets the threads of one operation', () => {
    expect(hex({ threads: 2 })).toBe('100232022001')
    expect(hex({ threads: 300 })).toBe('10ac0232022001')
  })

  it('refuses what cannot be', () => {
    const message = (limits: Parameters<typeof tensorflowConfig>[0]) => {
      try {
        return tensorflowConfig(limits)
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(message({ memoryLimit: 0 })).toBe('startTensorflow: `memoryLimit` must be a number of MiB above 0, got 0.')
    expect(message({ memoryLimit: Number.NaN })).toMatch(/got NaN/)
    expect(message({ threads: 1.5 })).toBe('startTensorflow: `threads` must be a whole number above 0, got 1.5.')
    expect(message({ threads: -1 })).toMatch(/got -1/)
    expect(message({ memoryLimit: 100, memoryGrowth: true })).toBeInstanceOf(Uint8Array)
  })
})
