import { tensor1d } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

it('takes what is close, relatively and absolutely', () => {
  expect(tensor1d([1, 1000])).toBeAllClose([1.000005, 1000.005])
  expect([[1e-7], [0]]).toBeAllClose([0, 5e-7])
  expect([Number.NaN, Number.POSITIVE_INFINITY, -0]).toBeAllClose([Number.NaN, Number.POSITIVE_INFINITY, 0])
})

it('refuses what is not', () => {
  expect([1]).not.toBeAllClose([1.001])
  expect([1]).not.toBeAllClose([1, 1])
  expect([Number.NaN]).not.toBeAllClose([Number.POSITIVE_INFINITY])
  expect([Number.NaN]).not.toBeAllClose([1])
  expect([1]).not.toBeAllClose([Number.NaN])
  expect([Number.NEGATIVE_INFINITY]).not.toBeAllClose([Number.POSITIVE_INFINITY])
  expect(() => expect([1, 2.5]).toBeAllClose([1, 2])).toThrow(/number 1 of 2: expected 2, got 2.5/)
})
