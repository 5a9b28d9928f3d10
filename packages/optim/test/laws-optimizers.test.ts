import type { GradientTransformation } from '@gg/core'
import {
  adabelief,
  adadelta,
  adafactor,
  adagrad,
  adam,
  adamax,
  adamaxw,
  adamw,
  adan,
  amsgrad,
  fromage,
  lamb,
  lars,
  lion,
  nadam,
  nadamw,
  noisySgd,
  novograd,
  optimisticAdamV2,
  optimisticGradientDescent,
  polyakSgd,
  radam,
  rmsprop,
  rprop,
  scaleByDistanceOverGradients,
  sgd,
  signSgd,
  signum,
  sm3,
  yogi,
} from '@gg/optim'
import { type LawOptions, transformationLaws } from '@gg/testing'

/** Steps whose length does not shrink with the gradient must shrink with time, or the end is never reached. */
const fading = (start: number, factor: number) => (count: number) => start * factor ** count

/** All laws with the defaults, on weights only: an optimizer turns a gradient into a step. */
function optimizer(name: string, tx: () => GradientTransformation, options: LawOptions = {}): void {
  transformationLaws(name, tx, { site: false, ...options })
}

/** Comes to the bottom of a parabola within so many steps. */
const parabola = (name: string, steps: number, tx: () => GradientTransformation) =>
  optimizer(`${name}, on a parabola`, tx, { minimizes: { parabola: steps } })

/** Comes down Rosenbrock's valley within so many steps. */
const rosenbrock = (name: string, steps: number, tx: () => GradientTransformation) =>
  optimizer(`${name}, in Rosenbrock's valley`, tx, { minimizes: { rosenbrock: steps } })

const needsParams = true

parabola('sgd', 30, () => sgd(0.1))
rosenbrock('sgd', 3000, () => sgd(1.5e-3))
parabola('sgd with momentum', 80, () => sgd(0.03, { momentum: 0.9 }))
rosenbrock('sgd with nesterov', 800, () => sgd(5e-4, { momentum: 0.9, nesterov: true }))
parabola('adam', 100, () => adam(0.1))
rosenbrock('adam', 600, () => adam(0.1))
parabola('nadam', 100, () => nadam(0.1))
rosenbrock('nadam', 500, () => nadam(0.1))
optimizer('adamw', () => adamw(0.1), { needsParams, minimizes: { parabola: 100, rosenbrock: 600 } })
optimizer('nadamw', () => nadamw(0.1), { needsParams, minimizes: { parabola: 100, rosenbrock: 500 } })
parabola('amsgrad', 100, () => amsgrad(0.1))
rosenbrock('amsgrad', 1800, () => amsgrad(0.3))
parabola('adamax', 100, () => adamax(0.1))
rosenbrock('adamax', 1200, () => adamax(0.3))
optimizer('adamaxw', () => adamaxw(0.1), { needsParams, minimizes: { parabola: 100 } })
optimizer('adan', () => adan(0.1), { minimizes: { parabola: 500, rosenbrock: 400 } })
optimizer("adan with the paper's extrapolation", () => adan(0.1, { extrapolation: 0.92 }), {
  minimizes: { parabola: 300, rosenbrock: 400 },
})
parabola('adabelief', 80, () => adabelief(0.1))
rosenbrock('adabelief', 900, () => adabelief(0.05))
optimizer('yogi', () => yogi(0.1), { minimizes: { parabola: 100, rosenbrock: 700 } })
parabola('radam', 120, () => radam(0.1))
// Its first steps have the scale of the gradient, 200 here, and would leave the valley.
rosenbrock('radam', 1500, () => radam((count) => (count < 10 ? 1e-4 : 0.1)))
optimizer('lion', () => lion(fading(0.1, 0.98)), { needsParams, minimizes: { parabola: 350 } })
rosenbrock('lion', 1000, () => lion(fading(0.02, 0.997), { weightDecay: 0 }))
parabola('adagrad', 40, () => adagrad(1))
rosenbrock('adagrad', 1800, () => adagrad(1))
parabola('adadelta', 100, () => adadelta(30))
parabola('rmsprop', 80, () => rmsprop(fading(0.1, 0.98)))
rosenbrock('rmsprop', 1100, () => rmsprop(fading(0.02, 0.998)))
parabola('rmsprop, centered, with momentum', 80, () => rmsprop(fading(0.1, 0.98), { centered: true, momentum: 0.9 }))
rosenbrock('rmsprop, centered, with momentum', 400, () =>
  rmsprop(fading(0.002, 0.998), { centered: true, momentum: 0.9 }),
)
parabola('novograd', 40, () => novograd(0.03))
rosenbrock('novograd', 200, () => novograd(fading(0.005, 0.999)))
optimizer('novograd with weight decay', () => novograd(0.1, { weightDecay: 0.01 }), { needsParams })
optimizer('sm3', () => sm3(1), { minimizes: { parabola: 100, rosenbrock: 1300 } })
parabola('rprop', 40, () => rprop(0.1))
rosenbrock('rprop', 800, () => rprop(0.01))
parabola('signSgd', 80, () => signSgd(fading(0.1, 0.98)))
parabola('signum', 100, () => signum(fading(0.1, 0.98)))
rosenbrock('signum', 900, () => signum(fading(0.02, 0.998)))
parabola('noisySgd', 40, () => noisySgd(0.1, { eta: 1e-3, gamma: 2 }))
parabola('optimisticGradientDescent', 40, () => optimisticGradientDescent(0.1))
rosenbrock('optimisticAdamV2', 1500, () => optimisticAdamV2(0.1, { beta: 0.1 }))
optimizer('polyakSgd', () => polyakSgd(), { extra: { value: 0.5 } })
optimizer('scaleByDistanceOverGradients', () => scaleByDistanceOverGradients({ repsRel: 0.1, globalScale: -1 }), {
  needsParams,
  minimizes: { parabola: 500 },
})

// Steps in proportion to the weights cannot take a weight through 0, where Rosenbrock's way leads.
optimizer('adafactor', () => adafactor(fading(0.3, 0.98)), { needsParams, minimizes: { parabola: 40 } })
rosenbrock('adafactor, with steps of its own', 500, () =>
  adafactor(fading(0.05, 0.998), { multiplyByParameterScale: false, momentum: 0.9 }),
)
optimizer('lamb', () => lamb(fading(0.1, 0.98)), { needsParams, minimizes: { parabola: 250 } })
optimizer('lars', () => lars(fading(1, 0.98), { trustCoefficient: 0.03 }), {
  needsParams,
  minimizes: { parabola: 250 },
})
optimizer('fromage', () => fromage(fading(0.1, 0.98)), { needsParams, minimizes: { parabola: 50 } })
