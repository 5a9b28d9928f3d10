import { applyUpdates, disposeTree, namedLeaves, type State } from '@gg/core'
import { onBackends, readVectors } from '@gg/testing'
import { scalar } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { type GoldenLeaf, goldenGrads, goldenParams } from './golden-tree.ts'
import { trajectoryTable } from './trajectory-table.ts'

interface Trajectory {
  readonly tree: string
  readonly grads: 'finite' | 'nan'
  readonly value: boolean
  /** After which steps there are parameters. */
  readonly at: readonly number[]
  readonly params: readonly { readonly [path: string]: readonly (number | 'NaN' | 'Infinity' | '-Infinity')[] }[]
}

const { trees, trajectories } = readVectors<{
  readonly trees: { readonly [name: string]: readonly GoldenLeaf[] }
  readonly trajectories: { readonly [name: string]: Trajectory }
}>('optax')

describe('trajectories of optax', () => {
  it('all stand in the table', () => {
    expect(Object.keys(trajectoryTable).sort()).toEqual(Object.keys(trajectories).sort())
  })

  onBackends(() => {
    it.each(Object.entries(trajectoryTable))('%s', (name, { tx: make, tolerance }) => {
      const { tree, grads: kind, value, at, params: expected } = trajectories[name]!
      const leaves = trees[tree]!
      const tx = make()
      let params = goldenParams(leaves)
      let state: State = tx.init(params)
      for (let t = 0; t < at.at(-1)!; t++) {
        const grads = goldenGrads(leaves, t, kind)
        const loss = scalar(Math.max(3 - t, 1))
        const [updates, nextState] = tx.update(grads, state, params, value ? { value: loss } : {})
        const nextParams = applyUpdates(params, updates)
        disposeTree([grads, loss, updates, state, params])
        params = nextParams
        state = nextState
        const golden = expected[at.indexOf(t + 1)]
        if (golden === undefined) continue
        for (const [path, leaf] of namedLeaves(params))
          expect(leaf, `step ${t + 1}`).toBeAllClose(golden[path]!.map(Number), tolerance)
      }
      disposeTree([params, state])
    })
  })
})
