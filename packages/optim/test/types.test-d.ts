import type { EmptyState, GradientTransformation, Schedule } from '@gg/core'
import {
  type AdamState,
  adam,
  adamw,
  type ScaleByAdamState,
  type ScaleByScheduleState,
  scale,
  scaleByAdam,
  scaleByNovograd,
  sgd,
  type TraceState,
} from '@gg/optim'
import type { NamedTensorMap, Scalar, Tensor2D } from '@tensorflow/tfjs-core'
import { expectTypeOf } from 'vitest'

const schedule: Schedule = (count) => count

expectTypeOf(adam(0.1)).toEqualTypeOf<GradientTransformation<AdamState>>()
expectTypeOf(adam(schedule)).toEqualTypeOf<GradientTransformation<AdamState>>()
expectTypeOf<AdamState[0]['mu']>().toEqualTypeOf<ScaleByAdamState['mu']>()
expectTypeOf<ReturnType<typeof sgd>>().toEqualTypeOf<
  GradientTransformation<readonly [TraceState | EmptyState, ScaleByScheduleState]>
>()

// Updates keep their type.
declare const updates: { w: Tensor2D; b: Scalar }
expectTypeOf(scale(2).update(updates, {})[0]).toEqualTypeOf<{ w: Tensor2D; b: Scalar }>()
declare const named: NamedTensorMap
expectTypeOf(scaleByAdam().update(named, scaleByAdam().init(named))[0]).toEqualTypeOf<NamedTensorMap>()

// Options are checked by name.
// @ts-expect-error
adam(0.1, { beta1: 0.9 })
// @ts-expect-error
adamw(0.1, { weightDecay: '0.1' })
// @ts-expect-error: nothing that is undefined by accident
scaleByNovograd({ b1: undefined })
// @ts-expect-error
sgd()
