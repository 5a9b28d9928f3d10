export { defineConfig } from './config/define-config.ts'
export { parseTrainConfig, type SettingLabel, type TrainConfig, type TrainConfigInput } from './config/train-config.ts'
export { BACKENDS, type BackendEntry, type BackendName, type StartedBackend } from './names/backends.ts'
export {
  DATASETS,
  type DatasetEntry,
  type DatasetName,
  type Images,
  type LoadOptions,
  type TrainTestData,
} from './names/datasets.ts'
export { MODELS, type ModelEntry, type ModelFactory, type ModelName, type ModelSizes } from './names/models.ts'
export { SCHEDULES, type ScheduleEntry, type ScheduleName } from './names/schedules.ts'
export { decodeCheckpoint, encodeCheckpoint } from './runs/checkpoint-file.ts'
export {
  bestCheckpoint,
  type CheckpointStore,
  type FoundCheckpoint,
  newestCheckpoint,
} from './runs/checkpoint-store.ts'
export { type CurvesRun, type DrawCurvesOptions, drawCurves } from './runs/curves.ts'
export type { Environment } from './runs/environment.ts'
export {
  createRunFolder,
  type ResumeChanges,
  type ResumedRun,
  type RunFolder,
  type RunRecord,
  type RunStatus,
  resumeRunFolder,
} from './runs/run-folder.ts'
export type { TrainingCheckpoint } from './training/checkpoint.ts'
export { type EvaluateOptions, type Evaluation, evaluate } from './training/evaluate.ts'
export { type CheckpointEvaluation, evaluateCheckpoint } from './training/evaluate-checkpoint.ts'
export type { MeterState } from './training/loss-meter.ts'
export type { EpochMetrics, FinalMetrics, Metrics, StepMetrics } from './training/metrics.ts'
export type { Weights } from './training/part-gradient.ts'
export type { BestEpoch, Position } from './training/position.ts'
export type { OnCheckpoint } from './training/run-epochs.ts'
export { type TrainEvent, type TrainOptions, type TrainResult, type TrainStart, train } from './training/train.ts'
export { TrainingError, type TrainingErrorCode } from './training-error.ts'
