import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NativeError, type StartedTensorflow, startTensorflow, type TensorflowLibrary } from '@gg/native'
import {
  add,
  clone,
  conv2d,
  dispose,
  engine,
  getBackend,
  grad,
  memory,
  mul,
  ones,
  reshape,
  type Scalar,
  setBackend,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor4d,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import type { Binding } from '../src/binding.ts'
import { bindingFileOf } from '../src/build-binding.ts'
import { library, NEEDS, withTensorflow } from './library.ts'

withTensorflow(`startTensorflow ${NEEDS}`, () => {
  let started: StartedTensorflow
  beforeAll(async () => {
    started = await startTensorflow({ threads: 2 })
  }, 120_000)

  it('makes TensorFlow the current backend and says where it computes', () => {
    expect(started).toMatchObject({ source: 'libtensorflow', version: library?.version, folder: library?.folder })
    expect(started.gpu).toBe(/GPU/.test(started.device))
    expect(getBackend()).toBe('tensorflow')
    expect(tidy(() => sum(square(tensor([1, 2, 3]))).dataSync()[0])).toBe(14)
  })

  it('is started once', async () => {
    expect(await startTensorflow()).toBe(started)
  })

  it('computes gradients of convolutions of one channel, which oneDNN gets wrong on some machines', async () => {
    const gradients = async (name: string): Promise<readonly number[][]> => {
      await setBackend(name)
      return tidy(() =>
        [1, 2, 3, 4, 5].flatMap((side) => {
          const numbers = (shape: [number, number, number, number], seed: number): Tensor4D =>
            tensor4d(
              Array.from({ length: shape.reduce((n, s) => n * s) }, (_, i) => Math.sin(i + seed)),
              shape,
            )
          const [x, filter] = [numbers([2, 8, 8, 1], 1), numbers([side, side, 1, 1], 2)]
          return ([1, 2] as const).map((stride) => {
            const loss = (x: Tensor): Scalar => sum(square(conv2d(x as Tensor4D, filter, stride, 'valid')))
            return [...grad(loss)(x).dataSync()]
          })
        }),
      )
    }
    expect(await gradients('tensorflow')).toBeAllClose(await gradients('cpu'), { rtol: 1e-5, atol: 1e-5 })
    await setBackend('tensorflow')
  })

  it('refuses a GPU that is not there', async () => {
    if (started.gpu) return
    const error = await startTensorflow({ gpu: true }).catch((error: NativeError) => error)
    expect(error).toMatchObject({ code: 'NO_GPU', message: expect.stringMatching(/computed on .*CPU:0, not on a GPU/) })
  })

  it('refuses limits that cannot be', async () => {
    await expect(startTensorflow({ threads: 0 })).rejects.toThrow(NativeError)
  })

  it('keeps no tensor over 1,000 steps, neither of tfjs nor of TensorFlow', () => {
    const { binding } = engine().backend as unknown as { binding: { getNumOfTensors(): number } }
    const w = variable(tensor([3, -2, 1, 0.5], [2, 2]))
    const step = () =>
      tidy(() => {
        const { value, grads } = variableGrads(() => {
          // Views of other shapes, copies and scalars from JavaScript are what a backend may forget.
          const flat = reshape(clone(w), [4])
          return add(sum(square(sub(flat, 1))), mul(sum(reshape(flat, [1, 4])), 0)) as Scalar
        })
        w.assign(sub(w, mul(Object.values(grads)[0] as Tensor, 0.01)))
        return value.dataSync()[0] as number
      })
    const first = step()
    const before = { tfjs: memory().numTensors, tensorflow: binding.getNumOfTensors() }
    let last = first
    for (let i = 0; i < 1000; i++) last = step()
    expect({ tfjs: memory().numTensors, tensorflow: binding.getNumOfTensors() }).toEqual(before)
    expect(last).toBeLessThan(first / 1000)
    dispose(w)
  })

  it('shares data between shapes until the last of them is disposed', () => {
    const { binding } = engine().backend as unknown as { binding: { getNumOfTensors(): number } }
    const before = binding.getNumOfTensors()
    const x = tidy(() => add(ones([2, 6]), 0))
    const buffers = memory().numDataBuffers
    const [rows, flat] = [reshape(x, [3, 4]), reshape(x, [-1])]
    expect(memory().numDataBuffers).toBe(buffers)
    x.dispose()
    expect(tidy(() => sum(rows, 1).arraySync())).toEqual([4, 4, 4])
    expect(tidy(() => sum(rows, 0).arraySync())).toEqual([3, 3, 3, 3])
    rows.dispose()
    expect(tidy(() => add(flat, 1).arraySync())).toEqual(Array(12).fill(2))
    flat.dispose()
    expect(binding.getNumOfTensors()).toBe(before)
  })
})

withTensorflow(`what is loaded before TensorFlow ${NEEDS}`, () => {
  it('is loaded in order, and what is missing is named', async () => {
    const file = bindingFileOf(library as TensorflowLibrary)
    await startTensorflow()
    const { load } = createRequire(import.meta.url)(join(dirname(file), 'gg_loader.node'))
    const [framework] = (library as TensorflowLibrary).libraries.toReversed()
    expect(load([framework], true)).toEqual([])
    expect(load(['/nowhere/libcudart.so.12', framework], true)).toEqual([
      expect.stringMatching(/^\/nowhere\/libcudart\.so\.12: cannot open|libcudart/),
    ])
  })

  it('has no operation of cuDNN on a CPU, by which a GPU is told for bindings of tfjs-node', async () => {
    if ((await startTensorflow()).gpu) return
    const { binding } = engine().backend as unknown as { binding: Binding }
    const ids = [1, 8, 8].map((n) => binding.createTensor([], binding.TF_INT32, Int32Array.of(n)))
    const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value })
    const types = [type('T', binding.TF_FLOAT), type('S', binding.TF_INT32)]
    expect(() => binding.executeOp('CudnnRNNParamsSize', types, ids, 1)).toThrow(/CudnnRNNParamsSize/)
    for (const id of ids) binding.deleteTensor(id)
  })
})

withTensorflow(`an installed tfjs-node ${NEEDS}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gg-installed-'))
  const install = (name: string, bindingFile?: string) => {
    const root = join(folder, 'node_modules/@tensorflow', name)
    mkdirSync(join(root, 'lib/napi-v8'), { recursive: true })
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: `@tensorflow/${name}`, version: '4.22.0' }))
    const target = join(root, 'lib/napi-v8/tfjs_binding.node')
    if (bindingFile) copyFileSync(bindingFile, target)
    else writeFileSync(target, 'not a library')
  }

  it('is taken before a libtensorflow, if it loads', async () => {
    // The binding that we compile stands in for the one that its install script downloads.
    const file = bindingFileOf(library as TensorflowLibrary)
    await startTensorflow()
    install('tfjs-node', file)
    install('tfjs-node-gpu')
    const program = `
      import { startTensorflow } from ${JSON.stringify(fileURLToPath(new URL('../dist/index.js', import.meta.url)))}
      const { source, folder, notes } = await startTensorflow()
      console.log(JSON.stringify({ source, folder, notes }))`
    writeFileSync(join(folder, 'program.mjs'), program)
    const env = { ...process.env, GG_TENSORFLOW: '', VIRTUAL_ENV: '', PATH: dirname(process.execPath) }
    const said = JSON.parse(execFileSync(process.execPath, ['program.mjs'], { cwd: folder, env, encoding: 'utf8' }))
    rmSync(folder, { recursive: true })
    expect(said).toMatchObject({ source: '@tensorflow/tfjs-node', folder: expect.stringContaining('tfjs-node') })
    expect(said.notes).toEqual([expect.stringMatching(/^@tensorflow\/tfjs-node-gpu in '.*' does not load: ./)])
  }, 120_000)
})
