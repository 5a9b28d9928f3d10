import { expect, it } from 'vitest'
import { channelStatistics, type ImageDataset, mnist, normalization } from '../src/index.ts'
import { dataError } from './idx-file.ts'

const data: ImageDataset = {
  name: 'two',
  images: Uint8Array.of(0, 51, 102, 51, 204, 51, 0, 51),
  labels: Uint8Array.of(0, 0),
  shape: [1, 2, 2],
  classNames: ['one'],
  size: 2,
}

it('computes mean and deviation of each channel over all pixels', () => {
  const { mean, std } = channelStatistics(data)
  expect(mean).toBeAllClose([0.3, 0.2])
  // Values 0, 0.4, 0.8, 0: the deviation of the population is sqrt(0.2 - 0.09).
  expect(std).toBeAllClose([Math.sqrt(0.11), 0])
})

it('refuses a data set whose arrays do not fit', async () => {
  await dataError('MISMATCH', () => channelStatistics({ ...data, size: 3 }))
})

it.skipIf(!process.env['GG_DATA_DIR'])('agrees with what is published for MNIST (needs GG_DATA_DIR)', async () => {
  const { mean, std } = channelStatistics(await mnist())
  expect(mean).toBeAllClose(normalization.mnist.mean, { atol: 5e-5 }) // four digits are published
  expect(std).toBeAllClose(normalization.mnist.std, { atol: 5e-5 })
})
