import {
  constantSchedule,
  cosineDecaySchedule,
  cosineOnecycleSchedule,
  exponentialDecay,
  joinSchedules,
  linearOnecycleSchedule,
  linearSchedule,
  piecewiseConstantSchedule,
  piecewiseInterpolateSchedule,
  polynomialSchedule,
  sgdrSchedule,
  warmupConstantSchedule,
  warmupCosineDecaySchedule,
  warmupExponentialDecaySchedule,
} from '@gg/optim'
import { readVectors } from '@gg/testing'
import { describe, expect, it } from 'vitest'

const { schedules } = readVectors<{ readonly schedules: { readonly [name: string]: readonly number[] } }>('optax')
const steps = { initValue: 1, boundariesAndScales: { 3: 0.5, 7: 0.1 } }
const ramp = { initValue: 0, peakValue: 1, warmupSteps: 4 }

const table = {
  'constant(0.3)': constantSchedule(0.3),
  'linear(1,0,5)': linearSchedule({ initValue: 1, endValue: 0, transitionSteps: 5 }),
  'linear(1,0,5,begin=2)': linearSchedule({ initValue: 1, endValue: 0, transitionSteps: 5, transitionBegin: 2 }),
  'polynomial(1,0.1,power=2,steps=5)': polynomialSchedule({
    initValue: 1,
    endValue: 0.1,
    power: 2,
    transitionSteps: 5,
  }),
  'exponential(1,steps=4,rate=0.5)': exponentialDecay({ initValue: 1, transitionSteps: 4, decayRate: 0.5 }),
  'exponential staircase': exponentialDecay({ initValue: 1, transitionSteps: 4, decayRate: 0.5, staircase: true }),
  'exponential begin=3,end=0.3': exponentialDecay({
    initValue: 1,
    transitionSteps: 4,
    decayRate: 0.5,
    transitionBegin: 3,
    endValue: 0.3,
  }),
  'exponential growth to 3,begin=2': exponentialDecay({
    initValue: 1,
    transitionSteps: 3,
    decayRate: 2,
    transitionBegin: 2,
    endValue: 3,
  }),
  'cosine(1,10)': cosineDecaySchedule({ initValue: 1, decaySteps: 10 }),
  'cosine(1,10,alpha=0.1,exponent=2)': cosineDecaySchedule({ initValue: 1, decaySteps: 10, alpha: 0.1, exponent: 2 }),
  'warmup_cosine(0,1,warmup=4,decay=12,end=0.1)': warmupCosineDecaySchedule({ ...ramp, decaySteps: 12, endValue: 0.1 }),
  'warmup_cosine without warm-up,exponent=2': warmupCosineDecaySchedule({
    ...ramp,
    warmupSteps: 0,
    decaySteps: 12,
    exponent: 2,
  }),
  'warmup_exponential(0,1,4,transition=4,rate=0.5)': warmupExponentialDecaySchedule({
    ...ramp,
    transitionSteps: 4,
    decayRate: 0.5,
  }),
  'warmup_exponential staircase,begin=1,end=0.2': warmupExponentialDecaySchedule({
    initValue: 0.1,
    peakValue: 1,
    warmupSteps: 3,
    transitionSteps: 2,
    decayRate: 0.5,
    transitionBegin: 1,
    staircase: true,
    endValue: 0.2,
  }),
  'warmup_constant(0,1,4)': warmupConstantSchedule(ramp),
  'piecewise_constant(1,{3:0.5,7:0.1})': piecewiseConstantSchedule(steps),
  'piecewise_interpolate linear(1,{3:0.5,7:0.1})': piecewiseInterpolateSchedule({
    interpolateType: 'linear',
    ...steps,
  }),
  'piecewise_interpolate cosine(1,{3:0.5,7:0.1})': piecewiseInterpolateSchedule({
    interpolateType: 'cosine',
    ...steps,
  }),
  'piecewise_interpolate from 0': piecewiseInterpolateSchedule({
    interpolateType: 'linear',
    initValue: 1,
    boundariesAndScales: { 0: 2, 5: 0.5 },
  }),
  'linear_onecycle(10,1)': linearOnecycleSchedule({ transitionSteps: 10, peakValue: 1 }),
  'linear_onecycle(13,2,...)': linearOnecycleSchedule({
    transitionSteps: 13,
    peakValue: 2,
    pctStart: 0.4,
    pctFinal: 0.7,
    divFactor: 10,
    finalDivFactor: 100,
  }),
  'cosine_onecycle(10,1)': cosineOnecycleSchedule({ transitionSteps: 10, peakValue: 1 }),
  'cosine_onecycle(13,2,...)': cosineOnecycleSchedule({
    transitionSteps: 13,
    peakValue: 2,
    pctStart: 0.4,
    divFactor: 10,
    finalDivFactor: 100,
  }),
  'join([const 1,const 2],[4])': joinSchedules([constantSchedule(1), constantSchedule(2)], [4]),
  'join of three': joinSchedules(
    [
      linearSchedule({ initValue: 0, endValue: 1, transitionSteps: 3 }),
      constantSchedule(1),
      cosineDecaySchedule({ initValue: 1, decaySteps: 5 }),
    ],
    [3, 6],
  ),
  sgdr: sgdrSchedule([
    { initValue: 0, peakValue: 1, warmupSteps: 2, decaySteps: 6 },
    { initValue: 0, peakValue: 0.5, warmupSteps: 2, decaySteps: 6 },
  ]),
}

describe('schedules of optax', () => {
  it('all stand in the table', () => {
    expect(Object.keys(table).sort()).toEqual(Object.keys(schedules).sort())
  })

  it.each(Object.entries(table))('%s', (name, schedule) => {
    const expected = schedules[name]!
    // Both sides are float64; the file has ten digits.
    expect(expected.map((_, count) => schedule(count))).toBeAllClose(expected, { rtol: 1e-9, atol: 1e-12 })
  })
})
