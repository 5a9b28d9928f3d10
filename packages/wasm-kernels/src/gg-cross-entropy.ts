import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { ggKernel } from './gg-kernel.ts'
import type { WasmKernel } from './wasm-kernel.ts'

type Inputs = Readonly<Record<'logits' | 'labels', TensorInfo>>

/** Rows that are worth a thread, at some 3 ns a number. */
const grain = (classes: number): number => Math.max(1, Math.ceil(4096 / classes))

/** `-Σ_j labels_j log softmax(logits)_j` of each row. Logits and labels have one shape `[..., classes]`. */
export const ggSoftmaxCrossEntropy: WasmKernel = ggKernel<Inputs>(
  'GgSoftmaxCrossEntropy',
  ({ inputs: { logits, labels }, engine, make }) => {
    const rows = logits.shape.slice(0, -1)
    const items = util.sizeFromShape(rows)
    const classes = logits.shape.at(-1) ?? 0
    if (items * classes === 0) return []
    const loss = make(rows)
    const ints = [engine.at(loss), engine.at(logits), engine.at(labels), classes]
    engine.run('softmaxCrossEntropy', { items, grain: grain(classes) }, ints)
    return [loss]
  },
)

/** The gradients of GgSoftmaxCrossEntropy by logits and by labels. The softmax is computed anew and not kept. */
export const ggSoftmaxCrossEntropyGrad: WasmKernel = ggKernel<Inputs & Readonly<Record<'dy', TensorInfo>>>(
  'GgSoftmaxCrossEntropyGrad',
  ({ inputs: { dy, logits, labels }, engine, make }) => {
    const items = util.sizeFromShape(dy.shape)
    const classes = logits.shape.at(-1) ?? 0
    if (items * classes === 0) return []
    const dLogits = make(logits.shape)
    const dLabels = make(logits.shape)
    const addresses = [dLogits, dLabels, dy, logits, labels].map(engine.at)
    engine.run('softmaxCrossEntropyGrad', { items, grain: grain(classes) }, [...addresses, classes])
    return [dLogits, dLabels]
  },
)
