export { type CoAdaptationReading, type CoAdaptationState, coAdaptation, readCoAdaptation } from './co-adaptation.ts'
export { type GradientFlowReading, type GradientFlowState, gradientFlow, readGradientFlow } from './gradient-flow.ts'
export { type KeptFractionReading, type KeptFractionState, keptFraction, readKeptFraction } from './kept-fraction.ts'
export type { ObserverOptions, ObserverState } from './observer.ts'
export type { Reading } from './reading.ts'
export {
  readSaturation,
  type SaturationOptions,
  type SaturationReading,
  type SaturationState,
  saturation,
} from './saturation.ts'
export { readSensitivity, type SensitivityReading, type SensitivityState, sensitivity } from './sensitivity.ts'
export { type AnyReading, type SummaryRow, summarize } from './summarize.ts'
export { toTable } from './to-table.ts'
export { type WeightHistogram, type WeightHistogramOptions, weightHistogram } from './weight-histogram.ts'
