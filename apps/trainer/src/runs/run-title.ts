import type { TrainConfig } from '../config/train-config.ts'
import { namesInChain } from '../expressions/names-in-chain.ts'

/** What is done to gradients of feature maps, in a word or two: `gate`, `lateralMask-gate`, `none`. */
export function shapingOf({ at }: Pick<TrainConfig, 'at'>): string {
  const names = at.flatMap((text) => namesInChain(text.slice(text.indexOf('=') + 1)))
  return names.length === 0 ? 'none' : [...new Set(names)].join('-')
}

/** The name of a model without what stands in its brackets. */
export function modelOf({ model }: Pick<TrainConfig, 'model'>): string {
  return namesInChain(model)[0] ?? 'model'
}

/** A run in one line, for pictures. */
export function runTitle({ model, data, at, optimizer, learningRate, seed }: TrainConfig): string {
  const shaping = at.length === 0 ? 'plain gradients' : at.join(', ')
  return `${model} on ${data}, ${shaping}, ${optimizer}${learningRate === null ? '' : ` ${learningRate}`}, seed ${seed}`
}
