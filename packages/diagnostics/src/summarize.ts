import type { State } from '@gg/core'
import { Tensor } from '@tensorflow/tfjs-core'
import { type CoAdaptationReading, type CoAdaptationState, readCoAdaptation } from './co-adaptation.ts'
import { type GradientFlowReading, type GradientFlowState, readGradientFlow } from './gradient-flow.ts'
import { type KeptFractionReading, type KeptFractionState, readKeptFraction } from './kept-fraction.ts'
import { readSaturation, type SaturationReading, type SaturationState } from './saturation.ts'
import { readSensitivity, type SensitivityReading, type SensitivityState } from './sensitivity.ts'

/** A reading of any observer, told apart by `observer`. A matrix of all pairs of nodes is left to `readCoAdaptation`. */
export type AnyReading =
  | GradientFlowReading
  | KeptFractionReading
  | SaturationReading
  | SensitivityReading
  | Omit<CoAdaptationReading, 'correlation'>

/** One observer's reading of one tensor, as plain JSON. */
export type SummaryRow = {
  /** The name under which the state was given: the site's. */
  readonly name: string
  /** Where in the state the observer stands: `'0'` in a chain's first place, `'before'` in a `namedChain`; or empty. */
  readonly at: string
} & AnyReading

type AnyObserverState = GradientFlowState | KeptFractionState | SaturationState | CoAdaptationState | SensitivityState

/** The record makes sure that no name is left out. */
const OBSERVERS: { readonly [K in AnyObserverState['observer']]: true } = {
  gradientFlow: true,
  keptFraction: true,
  saturation: true,
  coAdaptation: true,
  sensitivity: true,
}

/**
 * Reads all observers of all sites: finds them wherever they stand in the states (in chains, masks, schedules), and
 * returns a row for each, in the order of sites and chains. `toTable` makes text of them.
 *
 * For a report of each epoch, make the states anew in between, or observe with a `decay`.
 *
 * Memory: borrows the states and asks for their values before it waits, so training may go on meanwhile. Not for the
 * inside of a step.
 *
 * @param states - States by name: `sites.state` of a model's sites, `{ conv1: site.state }`, or `{ weights:
 *   optimizer.state }`. What is undefined, as at a site before its first backward pass, has no row.
 *
 * @example
 * ```ts
 * import { chain, featureSite, statelessWithTreeMap, valueAndGrad } from '@gg/core'
 * import { gradientFlow, summarize } from '@gg/diagnostics'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const half = statelessWithTreeMap((g) => tf.mul(g, 0.5))
 * const site = featureSite(chain(gradientFlow(), half, gradientFlow()))
 * valueAndGrad((y: tf.Tensor) => tf.sum(tf.square(site(y))) as tf.Scalar)(tf.tensor1d([1, 3]))
 * const rows = await summarize({ hidden: site.state })
 * console.log(rows.map((row) => [row.name, row.at, row.observer === 'gradientFlow' && row.meanAbs])) // → [ [ 'hidden', '0', 4 ], [ 'hidden', '2', 2 ] ]
 * site.dispose()
 * ```
 */
export async function summarize(states: {
  readonly [name: string]: State | undefined
}): Promise<readonly SummaryRow[]> {
  const found = Object.entries(states).flatMap(([name, state]) =>
    observersIn(state, []).map(async ([path, observer]) => {
      const readings = await readingsOf(observer)
      return readings.map((reading) => ({ name, at: path.join('/'), ...reading }))
    }),
  )
  return (await Promise.all(found)).flat()
}

function observersIn(
  state: State | undefined,
  path: readonly string[],
): readonly (readonly [path: readonly string[], state: AnyObserverState])[] {
  if (typeof state !== 'object' || state === null || state instanceof Tensor) return []
  if (isObserverState(state)) return [[path, state]]
  return Object.entries<State>(state as { readonly [name: string]: State }).flatMap(([name, child]) =>
    observersIn(child, [...path, name]),
  )
}

// The states of this package are told by their name: nobody else writes it.
function isObserverState(state: object): state is AnyObserverState {
  return 'observer' in state && typeof state.observer === 'string' && Object.hasOwn(OBSERVERS, state.observer)
}

async function readingsOf(state: AnyObserverState): Promise<readonly AnyReading[]> {
  switch (state.observer) {
    case 'gradientFlow':
      return readGradientFlow(state)
    case 'keptFraction':
      return readKeptFraction(state)
    case 'saturation':
      return readSaturation(state)
    case 'sensitivity':
      return readSensitivity(state)
    case 'coAdaptation':
      return (await readCoAdaptation(state)).map(({ correlation: _, ...rest }) => rest)
  }
}
