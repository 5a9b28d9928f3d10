export { gate } from './gate.ts'
export { gateFactor } from './gate-factor.ts'
export type { GateActivationOptions, GateOptions, GateVariant } from './gate-options.ts'
export { type GatedGlobalAveragePoolOptions, gatedGlobalAveragePool } from './gated-global-average-pool.ts'
