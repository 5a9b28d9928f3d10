export { type NativeErrorCode, NativeError } from './native-error.ts'
export { startTensorflow, type StartedTensorflow, type TensorflowOptions } from './start-tensorflow.ts'
