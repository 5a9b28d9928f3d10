import {
  chain,
  clipNormPer,
  dropoutGradient,
  freeze,
  gradientTransformation,
  guidedBackprop,
  identity,
  injectHyperparams,
  masked,
  namedChain,
  normalizeNormPer,
  partition,
  requireParams,
  reverseGradient,
  setToZero,
  stateless,
  statelessWithTreeMap,
  type Tree,
  topK,
  treeMap,
  withExtraArgs,
} from '@gg/core'
import { transformationLaws } from '@gg/testing'
import { add, mul, sub, tensor, zerosLike } from '@tensorflow/tfjs-core'

type MomentumState = { readonly count: number; readonly velocity: Tree }

// Written as a user would write one: nothing is tidied, and the update stands in the state too.
const momentum = (decay: number) =>
  gradientTransformation<MomentumState>({
    init: (params) => ({ count: 0, velocity: treeMap(zerosLike, params) }),
    update: (updates, state) => {
      const velocity = treeMap((g, v) => add(g, mul(v, decay)), updates, state.velocity)
      return [velocity, { count: state.count + 1, velocity }]
    },
  })
const descend = statelessWithTreeMap((g) => mul(g, -0.1))
const towardsParams = stateless((updates, params) => treeMap(sub, updates, requireParams('towardsParams', params)))

transformationLaws('identity', identity)
transformationLaws('setToZero', setToZero)
transformationLaws('chain of nothing', () => chain())
transformationLaws('chain', () => chain(momentum(0.5), descend, identity()), { minimizes: { parabola: 100 } })
transformationLaws('namedChain', () => namedChain({ momentum: momentum(0.5), descend }))
transformationLaws('masked', () => masked(momentum(0.9), (path) => path.endsWith('bias')))
transformationLaws('partition', () =>
  partition({ fast: momentum(0.9), slow: descend }, (_, leaf) => (leaf.rank > 1 ? 'fast' : 'slow')),
)
transformationLaws('freeze', () => freeze((_, leaf) => leaf.rank === 0))
transformationLaws('withExtraArgs', () => withExtraArgs(momentum(0.9), { value: 1 }))
transformationLaws('injectHyperparams', () =>
  injectHyperparams(
    ({ decay, rate }) =>
      chain(
        momentum(decay),
        statelessWithTreeMap((g) => mul(g, -rate)),
      ),
    {
      decay: (count) => 0.9 / (1 + count),
      rate: 0.1,
    },
  ),
)
transformationLaws('a transformation that needs params', () => towardsParams, { needsParams: true })

const maps = {
  params: (): Tree => ({
    conv: tensor(
      Array.from({ length: 36 }, (_, i) => Math.cos(0.9 * i)),
      [2, 3, 3, 2],
    ),
    dense: [tensor([0.3, -0.2, 0.1, 0.4], [2, 2])],
  }),
}
transformationLaws('reverseGradient', () => reverseGradient((count) => 1 + count))
transformationLaws('clipNormPer', () => clipNormPer('example', 0.5), maps)
transformationLaws('normalizeNormPer', () => normalizeNormPer('map'), maps)
transformationLaws('dropoutGradient', () => dropoutGradient(0.5, { seed: 3 }))
transformationLaws('topK', () => topK(5))
transformationLaws('guidedBackprop', guidedBackprop)
