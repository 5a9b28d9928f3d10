export { NativeError, type NativeErrorCode } from './native-error.ts'
export { type StartedTensorflow, startTensorflow, type TensorflowOptions } from './start-tensorflow.ts'
