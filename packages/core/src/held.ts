import { keep } from '@tensorflow/tfjs-core'
import { type State, stateTensors } from './state.ts'

/** What an owner holds on to: takes tensors out of the reach of any scope of tfjs that is open at this moment. */
export function held<S extends State>(state: S): S {
  for (const tensor of stateTensors(state)) keep(tensor)
  return state
}
