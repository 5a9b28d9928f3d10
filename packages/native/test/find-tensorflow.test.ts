import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findTensorflow, NativeError } from '@gg/native'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gg-find-'))
  for (const name of ['GG_TENSORFLOW', 'VIRTUAL_ENV', 'CONDA_PREFIX']) vi.stubEnv(name, '')
  vi.stubEnv('PATH', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

function write(path: string, text = '', mode = 0o644): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text, { mode })
  return file
}

/** A virtual environment with a wheel in it, as pip unpacks it. */
function wheel(environment: string, { cuda = false, version = '2.21.0', name = 'tensorflow_cpu' } = {}): string {
  const site = `${environment}/lib/python3.12/site-packages`
  for (const library of ['cc', 'framework']) write(`${site}/tensorflow/libtensorflow_${library}.so.2`)
  write(`${site}/${name}-${version}.dist-info/METADATA`)
  write(`${site}/tensorflow_io_gcs_filesystem-0.37.1.dist-info/METADATA`)
  const built = cuda ? 'True' : 'False'
  write(`${site}/tensorflow/python/platform/build_info.py`, `collections.OrderedDict([('is_cuda_build', ${built})])`)
  return join(root, site)
}

describe('findTensorflow', () => {
  it('finds the library, the version and the kind of a wheel in an environment', () => {
    const site = wheel('env')
    const folder = join(site, 'tensorflow')
    for (const place of [join(root, 'env'), site, folder])
      expect(findTensorflow(place)).toEqual([
        {
          reason: 'the option `library`',
          path: place,
          library: {
            folder,
            libraries: [join(folder, 'libtensorflow_cc.so.2'), join(folder, 'libtensorflow_framework.so.2')],
            include: join(folder, 'include'),
            version: '2.21.0',
            cuda: false,
            cudaLibraries: [],
          },
        },
      ])
  })

  it("lists the CUDA libraries of pip's packages, each behind those it needs", () => {
    const site = wheel('env', { cuda: true, name: 'tensorflow', version: '2.20.1' })
    const files = [
      'cudnn/lib/libcudnn.so.9',
      'cublas/lib/libcublas.so.12',
      'cublas/lib/libcublasLt.so.12',
      'cusparse/lib/libcusparse.so.12',
      'nvjitlink/lib/libnvJitLink.so.12',
      'cuda_runtime/lib/libcudart.so.12',
      'cuda_runtime/lib/libcudart.so',
      'cuda_runtime/include/cuda.h',
    ]
    for (const file of files) write(`env/lib/python3.12/site-packages/nvidia/${file}`)
    const library = findTensorflow(join(root, 'env'))[0]?.library
    expect(library).toMatchObject({ cuda: true, version: '2.20.1' })
    expect(library?.cudaLibraries.map((file) => file.slice(join(site, 'nvidia/').length))).toEqual([
      'cuda_runtime/lib/libcudart.so.12',
      'nvjitlink/lib/libnvJitLink.so.12',
      'cublas/lib/libcublasLt.so.12',
      'cublas/lib/libcublas.so.12',
      'cusparse/lib/libcusparse.so.12',
      'cudnn/lib/libcudnn.so.9',
    ])
  })

  it('finds the C library in a folder', () => {
    for (const name of ['tensorflow', 'tensorflow_framework']) {
      write(`c/lib/lib${name}.so.2.18.0`)
      symlinkSync(`lib${name}.so.2.18.0`, join(root, `c/lib/lib${name}.so.2`))
    }
    write('c/include/tensorflow/c/c_api.h')
    const expected = {
      folder: join(root, 'c/lib'),
      include: join(root, 'c/include'),
      version: '2.18.0',
      cuda: undefined,
    }
    expect(findTensorflow(join(root, 'c'))[0]?.library).toMatchObject(expected)
    expect(findTensorflow(join(root, 'c/lib'))[0]?.library).toMatchObject(expected)
  })

  it('asks a Python where its package lies', () => {
    const folder = join(wheel('env'), 'tensorflow')
    const python = write('bin/python3', `#!/bin/sh\necho ${folder}\n`, 0o755)
    expect(findTensorflow(python)[0]?.library?.folder).toBe(folder)
    vi.stubEnv('PATH', dirname(python))
    expect(findTensorflow().find(({ library }) => library)).toMatchObject({
      reason: 'python3 on the PATH',
      path: python,
      library: { folder },
    })
  })

  it('looks in the active environment before the PATH', () => {
    wheel('env')
    vi.stubEnv('VIRTUAL_ENV', join(root, 'env'))
    expect(findTensorflow().map(({ reason, library }) => [reason, library?.version])).toEqual([
      ['$VIRTUAL_ENV', '2.21.0'],
      ['/usr/local', undefined],
    ])
  })

  it('does not replace what it was pointed at', () => {
    wheel('env')
    vi.stubEnv('VIRTUAL_ENV', join(root, 'env'))
    vi.stubEnv('GG_TENSORFLOW', join(root, 'nowhere'))
    expect(() => findTensorflow()).toThrow(NativeError)
    expect(() => findTensorflow()).toThrow(/^findTensorflow: \$GG_TENSORFLOW is '.*nowhere', and no libtensorflow/)
    expect(() => findTensorflow(root)).toThrow(expect.objectContaining({ code: 'MISSING_LIBRARY' }))
  })
})
