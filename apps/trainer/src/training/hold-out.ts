import { trainValidationSplit } from '@gg/data'
import type { SettingLabel, TrainConfig } from '../config/train-config.ts'
import type { Images, TrainTestData } from '../names/datasets.ts'
import { lazySubset } from '../names/lazy-subset.ts'
import { TrainingError } from '../training-error.ts'

/**
 * Holds out the part of the training images that the settings ask for, chosen by the seed, with each class in its share.
 *
 * @throws TrainingError `INVALID_CONFIG` for a part in which there is no image, or that leaves none to learn from.
 */
export function holdOut(
  data: TrainTestData,
  { validation, seed }: Pick<TrainConfig, 'validation' | 'seed'>,
  label: SettingLabel,
): TrainTestData {
  if (validation === null) return data
  const { size } = data.train
  const count = Math.round(validation * size)
  if (count < 1 || count >= size) {
    throw new TrainingError(
      'INVALID_CONFIG',
      `${label('validation')} must leave images in both parts, got ${validation}, which is ${count} of ${size} training images.`,
    )
  }
  return { ...data, ...split(data.train, count, seed) }
}

function split(
  images: Images,
  validation: number,
  seed: number,
): Pick<Required<TrainTestData>, 'train' | 'validation'> {
  if (!('read' in images)) return trainValidationSplit(images, { validation, seed })
  // What is split in place of images that are not in memory are their numbers, as images of four bytes.
  const numbers = Uint32Array.from({ length: images.size }, (_, i) => i)
  const stand = { ...images, shape: [1, 1, 4] as const, images: new Uint8Array(numbers.buffer) }
  const parts = trainValidationSplit(stand, { validation, seed })
  const those = ({ images: bytes }: { readonly images: Uint8Array }): Uint32Array =>
    new Uint32Array(bytes.slice().buffer)
  return {
    train: lazySubset(images, those(parts.train)),
    validation: { ...lazySubset(images, those(parts.validation)), name: parts.validation.name },
  }
}
