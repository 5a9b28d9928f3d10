import { describe as describeWasm, KERNEL_NAMES } from '@gg/wasm-kernels'
import { env, relu, tensor1d, tidy } from '@tensorflow/tfjs-core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { onWasm } from './on-wasm.ts'

vi.mock('@tensorflow/tfjs-core', async (original) => ({ ...(await original<object>()), version_core: '4.99.0' }))

onWasm()

test('a version of tfjs that is not the tested one: one warning, and the kernels run where the memory is where it was', () => {
  env().set('IS_TEST', false)
  onTestFinished(() => env().set('IS_TEST', true))
  tidy(() => {
    for (let i = 0; i < 3; i++) expect(Array.from(relu(tensor1d([-1, 2])).dataSync())).toEqual([0, 2])
  })
  const { warn } = console
  expect(vi.mocked(warn).mock.calls).toEqual([[expect.stringMatching(/this is tfjs 4\.99\.0.* tested with 4\.22\.0/)]])
  vi.mocked(warn).mockClear()
  expect(describeWasm()).toEqual({
    build: expect.not.stringMatching('stock'),
    threads: 1,
    kernels: KERNEL_NAMES,
    tfjs: '4.99.0',
  })
})
