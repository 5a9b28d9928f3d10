import * as core from '@gg/core'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(core).sort()).toMatchInlineSnapshot(`
    [
      "GradientTransformationError",
      "applyUpdates",
      "chain",
      "createOptimizer",
      "disposeTree",
      "featureSite",
      "freeze",
      "gradientTransformation",
      "identity",
      "incrementalUpdate",
      "injectHyperparams",
      "loadState",
      "masked",
      "namedChain",
      "namedLeaves",
      "partition",
      "requireParams",
      "saveState",
      "setHyperparams",
      "setToZero",
      "stateless",
      "statelessWithTreeMap",
      "toTfOptimizer",
      "transformGradient",
      "treeLeaves",
      "treeMap",
      "treeMapWithPath",
      "treeUnflatten",
      "treeZip",
      "valueAndGrad",
      "withExtraArgs",
    ]
  `)
})
