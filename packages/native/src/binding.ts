/** An attribute of an operation. */
export interface Attribute {
  readonly name: string
  /** One of the binding's `TF_ATTR_…`. */
  readonly type: number
  readonly value: boolean | number | string | readonly number[]
}

/** What we use of the compiled binding: tfjs-node's own functions, and those that our prelude adds. */
export interface Binding {
  readonly TF_Version: string
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_BOOL: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_STRING: number
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array): number
  tensorDataSync(id: number): Float32Array
  deleteTensor(id: number): void
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): readonly { readonly id: number }[]
  getNumOfTensors(): number
  isUsingGpuDevice(): boolean
  /** Remembers the device of each output from now on; absent in tfjs-node's own build. */
  recordDevice?(): void
  /** Stops remembering; the device of the last output. */
  recordedDevice?(): string
  /** A line a device: name, type and bytes of memory with tabs between. */
  devices?(): string
}
