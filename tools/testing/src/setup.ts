import '@gg/core/register-gradients'
import '@tensorflow/tfjs-backend-cpu'
import { env, setBackend } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { toBeAllClose } from './to-be-all-close.ts'

expect.extend({ toBeAllClose })

// In test mode tfjs counts every kernel's buffers and throws on a leak, and is silent about being in Node.
env().set('IS_TEST', true)

// So that a suite may make tensors while it is being collected; `onBackends` sets the backend of each test.
await setBackend('cpu')

const methods = ['log', 'info', 'warn', 'error', 'debug'] as const

beforeEach(() => {
  for (const method of methods) vi.spyOn(console, method).mockImplementation(() => {})
})

// A library that talks to the console takes a decision that belongs to the program that uses it. A test that
// expects a message clears the spy after it has looked.
afterEach(() => {
  const calls = methods.flatMap((method) => vi.mocked(console[method]).mock.calls.map((args) => `${method}: ${args}`))
  vi.restoreAllMocks()
  expect(calls, 'console calls').toEqual([])
})
