import type { Tree } from '@gg/core'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'

/** A leaf of a tree in vectors/optax.json. */
export interface GoldenLeaf {
  readonly path: string
  readonly shape: readonly number[]
}

/** What the note of vectors/optax.json says about parameters. */
export function goldenParams(leaves: readonly GoldenLeaf[]): Tree {
  return goldenTree(leaves, (i, k) => Math.cos(0.9 * i + 0.3 * k))
}

/** What the note says about gradients at step `t`. */
export function goldenGrads(leaves: readonly GoldenLeaf[], t: number, kind: 'finite' | 'nan' = 'finite'): Tree {
  const broken = kind === 'nan' && (t === 4 ? Infinity : [2, 3, 6].includes(t) ? Number.NaN : undefined)
  return goldenTree(leaves, (i, k) => {
    if (broken !== false && broken !== undefined && i === 0 && k === 0) return broken
    return Math.sin(0.7 * i + 1.3 * t + 0.5 * k) * (1 + 0.25 * t)
  })
}

type Nested = { [name: string]: Tensor | Nested }

function goldenTree(leaves: readonly GoldenLeaf[], f: (i: number, k: number) => number): Tree {
  const tree: Nested = {}
  for (const [k, { path, shape }] of leaves.entries()) {
    const names = path.split('/')
    let node = tree
    for (const name of names.slice(0, -1)) {
      node[name] ??= {}
      node = node[name] as Nested
    }
    const size = shape.reduce((a, b) => a * b, 1)
    node[names.at(-1)!] = tensor(
      Float32Array.from({ length: size }, (_, i) => f(i, k)),
      [...shape],
      'float32',
    )
  }
  return tree
}
