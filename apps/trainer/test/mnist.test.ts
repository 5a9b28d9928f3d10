import { train } from '@gg/trainer'
import { describe, expect, it } from 'vitest'

const without = process.env['GG_DATA_DIR'] === undefined

describe.skipIf(without)(
  `MNIST${without ? ': skipped, set GG_DATA_DIR to the folder above mnist/ to run it' : ''}`,
  () => {
    it.each([[['conv*/output=gate()']], [[]]])('is learned from 2,000 images at %j', async (at) => {
      const result = await train({ data: 'mnist', at, limit: 2000, epochs: 1, batchSize: 32 })
      expect(result.metrics.at(-1)).toMatchObject({
        testAccuracy: expect.toSatisfy((accuracy: number) => accuracy > 0.8),
      })
      result.dispose()
    })
  },
)
