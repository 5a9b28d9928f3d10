import '@gg/wasm-kernels/register'
import { chooseBackend, NativeError } from '@gg/native'
import { getBackend, getKernel, memory, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { describe, expect, it, vi } from 'vitest'
import { library, NEEDS } from './library.ts'

describe('chooseBackend', () => {
  it.each(['cpu', 'wasm'] as const)('starts %s, tests it and leaves nothing', async (name) => {
    const before = memory().numTensors
    expect(await chooseBackend(name)).toEqual({
      name,
      backend: name,
      device: 'CPU',
      reason: `${name} on CPU, as asked for`,
      passedOver: [],
    })
    expect(getBackend()).toBe(name)
    expect(memory().numTensors).toBe(before)
  })

  it('refuses another name, and lists those there are', async () => {
    const message = "chooseBackend: a backend must be one of auto, cuda, webgpu, tensorflow, wasm, cpu, got 'gpu'."
    await expect(chooseBackend('gpu' as 'cuda')).rejects.toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message }),
    )
    await expect(chooseBackend('auto', { among: ['gpu' as 'cuda'] })).rejects.toThrow(NativeError)
  })

  it('takes the first that passes the self-test, and says why not the others', async () => {
    const kernel = getKernel('Conv2DBackpropFilter', 'wasm')
    unregisterKernel('Conv2DBackpropFilter', 'wasm')
    const { name, reason, passedOver } = await chooseBackend('auto', { among: ['wasm', 'cpu'] }).finally(() =>
      registerKernel(kernel),
    )
    expect(name).toBe('cpu')
    expect(passedOver).toEqual([{ name: 'wasm', reason: expect.stringContaining('npm install @gg/wasm-kernels') }])
    expect(reason).toMatch(
      /^cpu on CPU passes the self-test; not wasm \(chooseBackend: 'wasm' fails the self-test: Kernel/,
    )
    expect(getBackend()).toBe('cpu')
    expect((await chooseBackend('auto', { among: ['wasm', 'cpu'] })).name).toBe('wasm')
  })

  it('says all that was tried when nothing works', async () => {
    const kernel = getKernel('MaxPoolGrad', 'cpu')
    unregisterKernel('MaxPoolGrad', 'cpu')
    const error = await chooseBackend('auto', { among: ['cpu'] })
      .catch((error: NativeError) => error)
      .finally(() => registerKernel(kernel))
    expect(error).toMatchObject({ code: 'NO_BACKEND', message: expect.stringMatching(/cpu: .*MaxPoolGrad/) })
  })

  it('says what to type where there is no libtensorflow', async () => {
    for (const name of ['GG_TENSORFLOW', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'PATH']) vi.stubEnv(name, '')
    const error = await chooseBackend('cuda').catch((error: NativeError) => error)
    vi.unstubAllEnvs()
    expect(error).toMatchObject({
      code: 'MISSING_LIBRARY',
      message: expect.stringMatching(/pip install 'tensorflow\[and-cuda\]'/),
    })
  })

  it.skipIf(!library || library.cuda)(
    `takes no CPU for a GPU ${NEEDS}`,
    async () => {
      await expect(chooseBackend('cuda')).rejects.toThrow(expect.objectContaining({ code: 'NO_GPU' }))
      const { name, device, passedOver } = await chooseBackend('auto', { among: ['cuda', 'tensorflow'] })
      expect(name).toBe('tensorflow')
      expect(device).toMatch(/device:CPU:0 \(TensorFlow [\d.]+, no GPU\)$/)
      expect(passedOver.map(({ name }) => name)).toEqual(['cuda'])
    },
    120_000,
  )
})
