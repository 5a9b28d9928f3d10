export { type AdamOptions, type AdamState, adam } from './adam.ts'
export { type AdamwOptions, type AdamwState, adamw, type DecoupledWeightDecayOptions } from './adamw.ts'
export { type AddDecayedWeightsOptions, addDecayedWeights } from './add-decayed-weights.ts'
export type { BoundariesAndScales } from './boundaries-and-scales.ts'
export { clipByGlobalNorm } from './clip-by-global-norm.ts'
export { constantSchedule } from './constant-schedule.ts'
export { type CosineDecayScheduleOptions, cosineDecaySchedule } from './cosine-decay-schedule.ts'
export { type CosineOnecycleScheduleOptions, cosineOnecycleSchedule } from './cosine-onecycle-schedule.ts'
export { type ExponentialDecayOptions, exponentialDecay } from './exponential-decay.ts'
export { globalNorm } from './global-norm.ts'
export { joinSchedules } from './join-schedules.ts'
export { type LinearOnecycleScheduleOptions, linearOnecycleSchedule } from './linear-onecycle-schedule.ts'
export { type LinearScheduleOptions, linearSchedule } from './linear-schedule.ts'
export { type PiecewiseConstantScheduleOptions, piecewiseConstantSchedule } from './piecewise-constant-schedule.ts'
export {
  type PiecewiseInterpolateScheduleOptions,
  piecewiseInterpolateSchedule,
} from './piecewise-interpolate-schedule.ts'
export { type PolynomialScheduleOptions, polynomialSchedule } from './polynomial-schedule.ts'
export { scale } from './scale.ts'
export { type ScaleByAdamOptions, type ScaleByAdamState, scaleByAdam } from './scale-by-adam.ts'
export { type ScaleByLearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts'
export { type ScaleByScheduleState, scaleBySchedule } from './scale-by-schedule.ts'
export { type SgdOptions, type SgdState, sgd } from './sgd.ts'
export { sgdrSchedule } from './sgdr-schedule.ts'
export { type TraceOptions, type TraceState, trace } from './trace.ts'
export { type WarmupConstantScheduleOptions, warmupConstantSchedule } from './warmup-constant-schedule.ts'
export { type WarmupCosineDecayScheduleOptions, warmupCosineDecaySchedule } from './warmup-cosine-decay-schedule.ts'
export {
  type WarmupExponentialDecayScheduleOptions,
  warmupExponentialDecaySchedule,
} from './warmup-exponential-decay-schedule.ts'
