// The JavaScript part of tfjs-node: its backend and its kernels, bundled on top of the installed tfjs-core. The package
// itself cannot be imported: it looks for a binding that its install script downloads, and takes two functions from
// Node's util that Node 23 no longer has.
import 'tfjs-node/register_all_kernels'
import type { DataId, KernelBackend, TensorInfo } from '@tensorflow/tfjs-core'
import { NodeJSKernelBackend, type TensorData } from 'tfjs-node/nodejs_kernel_backend'
import type { Binding } from './binding.ts'

/** The backend of tfjs-node over a binding; its kernels are registered when this module is loaded. */
export function makeBackend(binding: Binding): KernelBackend {
  return new SharingBackend(binding, '@gg/native')
}

type Viewed = TensorData & { views?: Map<string, number> }

/**
 * Tensors of other shapes may share data, as on tfjs' other backends: TensorFlow is handed a view of the shape that an
 * operation needs, made once for each shape and deleted with the data.
 */
class SharingBackend extends NodeJSKernelBackend {
  protected override getInputTensorIds(tensors: readonly TensorInfo[]): number[] {
    return super.getInputTensorIds(tensors).map((id, i) => this.#viewOf(tensors[i] as TensorInfo, id))
  }

  override disposeData(dataId: DataId, force?: boolean): boolean {
    const views = this.tensorMap.has(dataId) ? (this.tensorMap.get(dataId) as Viewed).views : undefined
    const disposed = super.disposeData(dataId, force)
    if (disposed && views) for (const view of views.values()) this.binding.deleteTensor(view)
    return disposed
  }

  #viewOf({ dataId, shape }: TensorInfo, id: number): number {
    // A number of 64 bits, which tfjs-node writes into operations, has no data of its own.
    if (dataId === undefined) return id
    const data: Viewed = this.tensorMap.get(dataId)
    if (isSame(shape, data.shape)) return id
    const key = shape.join()
    const known = data.views?.get(key)
    if (known !== undefined) return known
    const made = this.#reshape(id, data.dtype, shape)
    data.views = (data.views ?? new Map<string, number>()).set(key, made)
    return made
  }

  #reshape(id: number, dtype: number, shape: readonly number[]): number {
    const { binding } = this
    const sizes = binding.createTensor([shape.length], binding.TF_INT32, Int32Array.from(shape))
    const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value })
    try {
      const types = [type('T', dtype), type('Tshape', binding.TF_INT32)]
      return (binding.executeOp('Reshape', types, [id, sizes], 1)[0] as { readonly id: number }).id
    } finally {
      binding.deleteTensor(sizes)
    }
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i])
}
