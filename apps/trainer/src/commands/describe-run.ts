import { type EpochMetrics, judged } from '../training/metrics.ts'
import type { TrainStart } from '../training/train.ts'
import type { RunEnd } from './reporter.ts'

/** What is trained, in one line. */
export function describeSettings({ config }: TrainStart): string {
  const { model, data, at, optimizer, learningRate, seed, backend } = config
  const shaping = at.length === 0 ? 'plain gradients' : at.join(', ')
  const rate = learningRate === null ? '' : ` ${learningRate}`
  return `${model} on ${data}, ${shaping}, ${optimizer}${rate}, seed ${seed}, on ${backend}`
}

/** How large it is, in one line. */
export function describeSizes(start: TrainStart): string {
  const { trainImages, validationImages, testImages, parameters, steps, epochs, step } = start
  const heldOut = validationImages === 0 ? '' : `${count(validationImages)} validation images, `
  const sizes = `${count(trainImages)} training images, ${heldOut}${count(testImages)} test images, ${count(parameters)} parameters`
  const from = step === 0 ? '' : `, from step ${count(step)}`
  return `${sizes}, epochs: ${count(epochs)}, steps: ${count(steps)}${from}`
}

/** An epoch in one line. */
export function describeEpoch(epochs: number, metrics: EpochMetrics): string {
  const { epoch, trainLoss, imagesPerSecond, seconds } = metrics
  const { by, loss, accuracy } = judged(metrics)
  return [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `train loss ${trainLoss.toFixed(4)}`,
    `${by} loss ${loss.toFixed(4)}`,
    `${by} accuracy ${percent(accuracy)}`,
    `${count(Math.round(imagesPerSecond))} images/s`,
    `${seconds.toFixed(1)} s`,
  ].join('  ')
}

/** How a run ended, in a line. */
export function describeEnd({ status, testAccuracy, validationAccuracy }: RunEnd): string {
  if (testAccuracy !== undefined) return `${status}, test accuracy ${percent(testAccuracy)}`
  return validationAccuracy === undefined ? status : `${status}, validation accuracy ${percent(validationAccuracy)}`
}

/** A part as percent: 97.53 %. */
export function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`
}

/** A number with commas at the thousands. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}
