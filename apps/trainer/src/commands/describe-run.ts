import type { EpochMetrics } from '../training/metrics.ts'
import type { TrainStart } from '../training/train.ts'

/** What is trained, in one line. */
export function describeSettings({ config }: TrainStart): string {
  const { model, data, at, optimizer, learningRate, seed, backend } = config
  const shaping = at.length === 0 ? 'plain gradients' : at.join(', ')
  const rate = learningRate === null ? '' : ` ${learningRate}`
  return `${model} on ${data}, ${shaping}, ${optimizer}${rate}, seed ${seed}, on ${backend}`
}

/** How large it is, in one line. */
export function describeSizes({ trainImages, testImages, parameters, steps, epochs, step }: TrainStart): string {
  const sizes = `${count(trainImages)} training images, ${count(testImages)} test images, ${count(parameters)} parameters`
  const from = step === 0 ? '' : `, from step ${count(step)}`
  return `${sizes}, epochs: ${count(epochs)}, steps: ${count(steps)}${from}`
}

/** An epoch in one line. */
export function describeEpoch(epochs: number, metrics: EpochMetrics): string {
  const { epoch, trainLoss, testLoss, testAccuracy, imagesPerSecond, seconds } = metrics
  return [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `train loss ${trainLoss.toFixed(4)}`,
    `test loss ${testLoss.toFixed(4)}`,
    `test accuracy ${percent(testAccuracy)}`,
    `${count(Math.round(imagesPerSecond))} images/s`,
    `${seconds.toFixed(1)} s`,
  ].join('  ')
}

/** A part as percent: 97.53 %. */
export function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`
}

/** A number with commas at the thousands. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}
