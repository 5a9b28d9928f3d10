import { LogSoftmax, Softmax, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Engine } from './engine/engine.ts'
import { engineOf } from './engine/engine-of.ts'
import { ggKernel } from './gg-kernel.ts'
import { type WasmKernel, wasmKernel } from './wasm-kernel.ts'

interface Inputs {
  readonly logits: TensorInfo
}

/** Softmax names its axis `dim`, LogSoftmax `axis`. Both mean the last one. */
type Attrs = Readonly<Partial<Record<'dim' | 'axis', number>>>

/** Rows that are worth a thread, at some 3 ns a number. */
const grain = (classes: number): number => Math.max(1, Math.ceil(4096 / classes))

/** A kernel over the rows of a tensor `[..., classes]`. Other axes and dtypes go to the stock kernel, if there is one. */
function ofRows(kernelName: string, job: string): WasmKernel {
  return wasmKernel<Inputs, Attrs>(kernelName, ({ inputs, attrs, backend, stock }) => {
    const { logits } = inputs
    const engine = logits.dtype === 'float32' ? engineOf(backend) : undefined
    const last = logits.shape.length - 1
    const axis = attrs.dim ?? attrs.axis ?? last
    if (engine === undefined || (axis !== last && axis !== -1)) return stock({ logits }, attrs)
    const y = backend.makeOutput(logits.shape, 'float32')
    runRows(engine, job, [y, logits])
    return y
  })
}

/** A gradient that `@gg/core/register-gradients` asks for: of dy and of the result y of the forward pass. */
function ofRowsGrad(kernelName: `Gg${string}`, job: string): WasmKernel {
  return ggKernel<Readonly<Record<'dy' | 'y', TensorInfo>>>(kernelName, ({ inputs: { dy, y }, engine, make }) => {
    if (!util.arraysEqual(dy.shape, y.shape)) return []
    const dx = make(y.shape)
    runRows(engine, job, [dx, dy, y])
    return [dx]
  })
}

function runRows(engine: Engine, job: string, tensors: readonly [TensorInfo, ...TensorInfo[]]): void {
  const [{ shape }] = tensors
  const size = util.sizeFromShape(shape)
  const classes = shape.at(-1) ?? 1
  if (size === 0) return
  engine.run(job, { items: size / classes, grain: grain(classes) }, [...tensors.map(engine.at), classes])
}

/**
 * Softmax, its logarithm, and the gradients of both out of their results. tfjs' WASM backend has no LogSoftmax, and its
 * `logSoftmax` is made of five other kernels; whoever asks for the kernel by name gets this one.
 */
export const SOFTMAX_KERNELS: readonly WasmKernel[] = [
  ofRows(LogSoftmax, 'logSoftmax'),
  ofRows(Softmax, 'softmax'),
  ofRowsGrad('GgLogSoftmaxGrad', 'logSoftmaxGrad'),
  ofRowsGrad('GgSoftmaxGrad', 'softmaxGrad'),
]
