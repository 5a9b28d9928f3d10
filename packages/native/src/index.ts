export {
  BACKEND_NAMES,
  type BackendName,
  type ChooseBackendOptions,
  type ChosenBackend,
  chooseBackend,
} from './choose-backend.ts'
export { findTensorflow, type TensorflowPlace } from './find-tensorflow.ts'
export { NativeError, type NativeErrorCode } from './native-error.ts'
export { type SelfTestResult, selfTest } from './self-test.ts'
export { type StartedTensorflow, startTensorflow, type TensorflowOptions } from './start-tensorflow.ts'
export { type StartedWebgpu, startWebgpu } from './start-webgpu.ts'
export type { TensorflowLimits } from './tensorflow-config.ts'
export type { TensorflowLibrary } from './tensorflow-library.ts'
