import { clone, tidy } from '@tensorflow/tfjs-core'
import { type State, type StateLeaf, stateMap, stateTensors } from './state.ts'
import { isLeaf } from './tree.ts'

/**
 * The memory rule, in one place: runs `body` and lets only the tensors of its result live on, each of them new.
 *
 * All else that `body` makes is disposed, also when it throws. A tensor of the result that belongs to `borrowed`, or
 * that stands in the result twice, is cloned, so that the caller may dispose of everything it gets exactly once.
 */
export function tidyResult<R extends State>(borrowed: readonly State[], body: () => R): R {
  const taken = new Set(borrowed.flatMap(stateTensors).map(({ id }) => id))
  const own = (leaf: StateLeaf): StateLeaf => {
    if (!isLeaf(leaf)) return leaf
    const mine = taken.has(leaf.id) ? clone(leaf) : leaf
    taken.add(mine.id)
    return mine
  }
  const results: R[] = []
  // Without a name: inside a scope that bears a kernel's name, tfjs drops custom gradients.
  tidy(() => {
    const result = stateMap(own, body())
    results.push(result)
    return stateTensors(result)
  })
  return results[0] as R
}
