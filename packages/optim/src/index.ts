export { type AdabeliefOptions, type AdabeliefState, adabelief } from './adabelief.ts'
export { type AdadeltaOptions, type AdadeltaState, adadelta } from './adadelta.ts'
export { type AdafactorOptions, type AdafactorState, adafactor } from './adafactor.ts'
export { type AdagradOptions, type AdagradState, adagrad } from './adagrad.ts'
export { type AdamOptions, type AdamState, adam } from './adam.ts'
export { type AdamaxOptions, type AdamaxState, adamax } from './adamax.ts'
export { type AdamaxwOptions, type AdamaxwState, adamaxw } from './adamaxw.ts'
export { type AdamwOptions, type AdamwState, adamw } from './adamw.ts'
export { type AdanOptions, type AdanState, adan } from './adan.ts'
export { type AdaptiveGradClipOptions, adaptiveGradClip } from './adaptive-grad-clip.ts'
export { type AddDecayedWeightsOptions, addDecayedWeights } from './add-decayed-weights.ts'
export { type AddNoiseOptions, addNoise } from './add-noise.ts'
export { type AdemamixOptions, type AdemamixState, ademamix } from './ademamix.ts'
export { type AdoptOptions, type AdoptState, adopt } from './adopt.ts'
export { type AmsgradOptions, type AmsgradState, amsgrad } from './amsgrad.ts'
export { type ApplyEveryState, applyEvery } from './apply-every.ts'
export { type ApplyIfFiniteState, applyIfFinite } from './apply-if-finite.ts'
export type { BoundariesAndScales } from './boundaries-and-scales.ts'
export { type CentralizeOptions, centralize } from './centralize.ts'
export { clip } from './clip.ts'
export { clipByBlockRms } from './clip-by-block-rms.ts'
export { clipByGlobalNorm } from './clip-by-global-norm.ts'
export { conditionallyMask } from './conditionally-mask.ts'
export {
  type ConditionallyTransformState,
  conditionallyTransform,
  type ShouldTransform,
} from './conditionally-transform.ts'
export { constantSchedule } from './constant-schedule.ts'
export { type CosineDecayScheduleOptions, cosineDecaySchedule } from './cosine-decay-schedule.ts'
export { cosineDistance } from './cosine-distance.ts'
export { type CosineOnecycleScheduleOptions, cosineOnecycleSchedule } from './cosine-onecycle-schedule.ts'
export { type CosineSimilarityOptions, cosineSimilarity } from './cosine-similarity.ts'
export type { DecoupledWeightDecayOptions } from './decoupled-weight-decay-options.ts'
export { type EmaOptions, type EmaState, ema } from './ema.ts'
export { type ExponentialDecayOptions, exponentialDecay } from './exponential-decay.ts'
export { flatten } from './flatten.ts'
export { type FromageOptions, type FromageState, fromage } from './fromage.ts'
export { globalNorm } from './global-norm.ts'
export { type HuberLossOptions, huberLoss } from './huber-loss.ts'
export { joinSchedules } from './join-schedules.ts'
export { keepParamsNonnegative } from './keep-params-nonnegative.ts'
export { klDivergence } from './kl-divergence.ts'
export { l2Loss } from './l2-loss.ts'
export { type LambOptions, type LambState, lamb } from './lamb.ts'
export { type LarsOptions, type LarsState, lars } from './lars.ts'
export { type LinearOnecycleScheduleOptions, linearOnecycleSchedule } from './linear-onecycle-schedule.ts'
export { type LinearScheduleOptions, linearSchedule } from './linear-schedule.ts'
export { type LionOptions, type LionState, lion } from './lion.ts'
export { logCosh } from './log-cosh.ts'
export { type LookaheadOptions, type LookaheadState, lookahead } from './lookahead.ts'
export { measureWithEma } from './measure-with-ema.ts'
export { type Measure, type MonitorState, monitor, type StatefulMeasure } from './monitor.ts'
export {
  type MultiStepsOptions,
  type MultiStepsState,
  multiSteps,
  type ShouldSkipUpdate,
  type SkipDecision,
} from './multi-steps.ts'
export { type MuonOptions, type MuonState, muon } from './muon.ts'
export type { MuonDimensionNumbers, WeightDimensionNumbers } from './muon-dimension-numbers.ts'
export { type NadamOptions, nadam } from './nadam.ts'
export { type NadamwOptions, nadamw } from './nadamw.ts'
export type { MuonPreconditioning, NewtonSchulzCoefficients } from './newton-schulz.ts'
export { type NoisySgdOptions, type NoisySgdState, noisySgd } from './noisy-sgd.ts'
export { normalize } from './normalize.ts'
export { type NormalizeByUpdateNormOptions, normalizeByUpdateNorm } from './normalize-by-update-norm.ts'
export { type NovogradOptions, type NovogradState, novograd } from './novograd.ts'
export { type OptimisticAdamV2Options, type OptimisticAdamV2State, optimisticAdamV2 } from './optimistic-adam-v2.ts'
export {
  type OptimisticGradientDescentOptions,
  type OptimisticGradientDescentState,
  optimisticGradientDescent,
} from './optimistic-gradient-descent.ts'
export { type PiecewiseConstantScheduleOptions, piecewiseConstantSchedule } from './piecewise-constant-schedule.ts'
export {
  type PiecewiseInterpolateScheduleOptions,
  piecewiseInterpolateSchedule,
} from './piecewise-interpolate-schedule.ts'
export { type PolyLossCrossEntropyOptions, polyLossCrossEntropy } from './poly-loss-cross-entropy.ts'
export { type PolyakSgdOptions, type PolyakSgdState, polyakSgd } from './polyak-sgd.ts'
export { type PolynomialScheduleOptions, polynomialSchedule } from './polynomial-schedule.ts'
export { type ProdigyOptions, type ProdigyState, prodigy } from './prodigy.ts'
export { type RadamOptions, type RadamState, radam } from './radam.ts'
export { type ReduceOnPlateauOptions, type ReduceOnPlateauState, reduceOnPlateau } from './reduce-on-plateau.ts'
export { type RmspropOptions, type RmspropState, rmsprop } from './rmsprop.ts'
export { type RpropOptions, type RpropState, rprop } from './rprop.ts'
export { type SamGradFn, type SamOptions, type SamState, sam } from './sam.ts'
export { scale } from './scale.ts'
export { type ScaleByAdadeltaOptions, type ScaleByAdadeltaState, scaleByAdadelta } from './scale-by-adadelta.ts'
export { type ScaleByAdamOptions, type ScaleByAdamState, scaleByAdam } from './scale-by-adam.ts'
export { type ScaleByAdamaxOptions, scaleByAdamax } from './scale-by-adamax.ts'
export { type ScaleByAdanOptions, type ScaleByAdanState, scaleByAdan } from './scale-by-adan.ts'
export { type ScaleByAdemamixOptions, type ScaleByAdemamixState, scaleByAdemamix } from './scale-by-ademamix.ts'
export { type ScaleByAdoptOptions, scaleByAdopt } from './scale-by-adopt.ts'
export { type ScaleByAmsgradOptions, type ScaleByAmsgradState, scaleByAmsgrad } from './scale-by-amsgrad.ts'
export { type ScaleByBeliefOptions, scaleByBelief } from './scale-by-belief.ts'
export {
  type ScaleByDistanceOverGradientsOptions,
  type ScaleByDistanceOverGradientsState,
  scaleByDistanceOverGradients,
} from './scale-by-distance-over-gradients.ts'
export {
  type ScaleByFactoredRmsOptions,
  type ScaleByFactoredRmsState,
  scaleByFactoredRms,
} from './scale-by-factored-rms.ts'
export { type ScaleByLearningRateOptions, scaleByLearningRate } from './scale-by-learning-rate.ts'
export { type ScaleByLionOptions, type ScaleByLionState, scaleByLion } from './scale-by-lion.ts'
export { type ScaleByMuonOptions, type ScaleByMuonState, scaleByMuon } from './scale-by-muon.ts'
export { type ScaleByNovogradOptions, type ScaleByNovogradState, scaleByNovograd } from './scale-by-novograd.ts'
export {
  type ScaleByOptimisticGradientOptions,
  type ScaleByOptimisticGradientState,
  scaleByOptimisticGradient,
} from './scale-by-optimistic-gradient.ts'
export { type ScaleByParamBlockNormOptions, scaleByParamBlockNorm } from './scale-by-param-block-norm.ts'
export { type ScaleByParamBlockRmsOptions, scaleByParamBlockRms } from './scale-by-param-block-rms.ts'
export { type ScaleByPolyakOptions, scaleByPolyak } from './scale-by-polyak.ts'
export { type ScaleByRadamOptions, scaleByRadam } from './scale-by-radam.ts'
export { type ScaleByRmsOptions, type ScaleByRmsState, scaleByRms } from './scale-by-rms.ts'
export { type ScaleByRpropOptions, type ScaleByRpropState, scaleByRprop } from './scale-by-rprop.ts'
export { type ScaleByRssOptions, type ScaleByRssState, scaleByRss } from './scale-by-rss.ts'
export { type ScaleByScheduleState, scaleBySchedule } from './scale-by-schedule.ts'
export { scaleBySign } from './scale-by-sign.ts'
export { type ScaleBySm3Options, type ScaleBySm3State, scaleBySm3 } from './scale-by-sm3.ts'
export { scaleByStddev } from './scale-by-stddev.ts'
export { type ScaleByTrustRatioOptions, scaleByTrustRatio } from './scale-by-trust-ratio.ts'
export { type ScaleByYogiOptions, scaleByYogi } from './scale-by-yogi.ts'
export { type ScheduleFreeOptions, type ScheduleFreeState, scheduleFree } from './schedule-free.ts'
export { type ScheduleFreeAdamwOptions, type ScheduleFreeAdamwState, scheduleFreeAdamw } from './schedule-free-adamw.ts'
export { scheduleFreeEvalParams } from './schedule-free-eval-params.ts'
export { type ScheduleFreeSgdOptions, type ScheduleFreeSgdState, scheduleFreeSgd } from './schedule-free-sgd.ts'
export { type SgdOptions, type SgdState, sgd } from './sgd.ts'
export { sgdrSchedule } from './sgdr-schedule.ts'
export { sigmoidBinaryCrossEntropy } from './sigmoid-binary-cross-entropy.ts'
export { type SigmoidFocalLossOptions, sigmoidFocalLoss } from './sigmoid-focal-loss.ts'
export { type SignSgdState, signSgd } from './sign-sgd.ts'
export { type SignumOptions, type SignumState, signum } from './signum.ts'
export { type SkipLargeUpdatesDecision, skipLargeUpdates } from './skip-large-updates.ts'
export { type SkipNotFiniteDecision, skipNotFinite } from './skip-not-finite.ts'
export { type Sm3Options, type Sm3State, sm3 } from './sm3.ts'
export { smoothLabels } from './smooth-labels.ts'
export { type SnapshotState, snapshot } from './snapshot.ts'
export { softmaxCrossEntropy } from './softmax-cross-entropy.ts'
export { softmaxCrossEntropyWithIntegerLabels } from './softmax-cross-entropy-with-integer-labels.ts'
export { squaredError } from './squared-error.ts'
export { type TraceOptions, type TraceState, trace } from './trace.ts'
export { type WarmupConstantScheduleOptions, warmupConstantSchedule } from './warmup-constant-schedule.ts'
export { type WarmupCosineDecayScheduleOptions, warmupCosineDecaySchedule } from './warmup-cosine-decay-schedule.ts'
export {
  type WarmupExponentialDecayScheduleOptions,
  warmupExponentialDecaySchedule,
} from './warmup-exponential-decay-schedule.ts'
export { type YogiOptions, type YogiState, yogi } from './yogi.ts'
export { type ZeroNansState, zeroNans } from './zero-nans.ts'
