import type { Augmentation } from './augmentation.ts'

/**
 * One augmentation of several, done in order: what `batches` takes. Each step has random numbers of its own, so a change
 * to one leaves what the others draw as it was; adding a step at the end leaves all before it.
 *
 * Order matters. The usual one is geometry first, then `cutout`, then `mixup`.
 *
 * @param steps in the order in which they are done; none is the identity
 * @returns an augmentation like any other, also as a step of another
 *
 * @example
 * ```ts
 * import { augment, batches, flip, glyphs, padCrop } from '@gg/data'
 *
 * const dataset = glyphs({ size: 100, seed: 1 })
 * const moves = augment([padCrop({ padding: 4 }), flip()])
 * for (const batch of batches(dataset, { batchSize: 100, seed: 42, epoch: 0, augment: moves })) {
 *   console.log(batch.size, batch.images.length) // 100 102400
 * }
 * ```
 */
export function augment(steps: readonly Augmentation[]): Augmentation {
  const all = [...steps]
  return (batch, random) =>
    all.reduce((current, step, i) => step(current, (image, ...purpose) => random(image, i, ...purpose)), batch)
}
