import {
  disposeTree,
  GradientTransformationError,
  namedLeaves,
  type Tree,
  treeLeaves,
  treeMap,
  treeMapWithPath,
  treeUnflatten,
  treeZip,
} from '@gg/core'
import { expectNoLeak, onBackends } from '@gg/testing'
import { add, mul, scalar, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const numbers = (tree: Tree) => treeLeaves(tree).map((leaf) => Array.from(leaf.dataSync()))

onBackends(() => {
  describe('treeMap', () => {
    it('maps leaves of arrays, records and single tensors', () => {
      expectNoLeak(() => {
        const tree = { b: [scalar(1), { c: tensor1d([2, 3]) }], a: scalar(4) }
        const mapped = treeMap((leaf) => mul(leaf, 10), tree)
        expect(Object.keys(mapped)).toEqual(['b', 'a'])
        expect(Array.isArray(mapped.b)).toBe(true)
        expect(numbers(mapped)).toEqual([[10], [20, 30], [40]])
        const single = treeMap((leaf) => mul(leaf, 2), tree.a)
        expect(numbers(single)).toEqual([[8]])
        disposeTree([tree, mapped, single])
      })
    })

    it('maps several trees by name, whatever the order of the names', () => {
      const a = { x: scalar(1), y: scalar(2) }
      const b = { y: scalar(20), x: scalar(10) }
      const sum = treeMap(add, a, b)
      expect(numbers(sum)).toEqual([[11], [22]])
      disposeTree([a, b, sum])
    })

    const leaf = zeros([2])
    it.each<[string, Tree, Tree, RegExp]>([
      [
        'a missing name',
        { a: { w: leaf, b: leaf } },
        { a: { w: leaf } },
        /nothing at 'a\/b' where.*tensor of shape \[2\]/,
      ],
      [
        'a surplus name',
        { a: { w: leaf } },
        { a: { w: leaf, b: leaf } },
        /tensor of shape \[2\] at 'a\/b' where.*nothing/,
      ],
      ['a record for a tensor', { a: leaf }, { a: { w: leaf } }, /a record of \{w\} at 'a' where.*tensor/],
      [
        'a tensor for a record',
        { a: { w: leaf } },
        { a: leaf },
        /tensor of shape \[2\] at 'a' where.*a record of \{w\}/,
      ],
      ['an array for a record', [leaf], { 0: leaf }, /a record of \{0\} at the root where.*an array of 1/],
      ['a shorter array', [leaf, leaf], [leaf], /nothing at '1' where/],
    ])('names the path of %s', (_, tree, other, message) => {
      expect(() => treeMap(add, tree, other)).toThrow(message)
      expect(() => treeMap(add, tree, other)).toThrow(expect.objectContaining({ code: 'STRUCTURE_MISMATCH' }))
    })
  })

  describe('paths', () => {
    it('join names and positions', () => {
      const tree = { conv: { kernel: scalar(0) }, dense: [scalar(1), scalar(2)] }
      expect(namedLeaves(tree).map(([path]) => path)).toEqual(['conv/kernel', 'dense/0', 'dense/1'])
      expect(namedLeaves(tree.conv.kernel)).toEqual([['', tree.conv.kernel]])
      const seen: string[] = []
      treeMapWithPath((path, leaf) => {
        seen.push(path)
        return leaf
      }, tree)
      expect(seen).toEqual(['conv/kernel', 'dense/0', 'dense/1'])
      expect(treeZip(tree, tree).every(([, a, b]) => a === b)).toBe(true)
      disposeTree(tree)
    })
  })

  describe('treeUnflatten', () => {
    it('is the inverse of treeLeaves for any tree', () => {
      const { tree } = fc.letrec<{ tree: Tree; leaf: Tensor }>((tie) => ({
        leaf: fc.double({ noNaN: true, min: -1, max: 1 }).map((x) => scalar(x)),
        tree: fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          tie('leaf'),
          fc.array(tie('tree'), { maxLength: 3 }),
          fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie('tree'), { maxKeys: 3 }),
        ),
      }))
      fc.assert(
        fc.property(tree, (tree) => {
          const again = treeUnflatten(tree, treeLeaves(tree))
          expect(namedLeaves(again)).toEqual(namedLeaves(tree))
          disposeTree(tree)
        }),
        { numRuns: 50 },
      )
    })

    it('wants as many leaves as the tree has', () => {
      const like = [zeros([1]), zeros([1])]
      expect(() => treeUnflatten(like, like.slice(1))).toThrow(/2 tensors, got 1/)
      expect(() => treeUnflatten(like, [...like, ...like])).toThrow(GradientTransformationError)
      disposeTree(like)
    })
  })
})
