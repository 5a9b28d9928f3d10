import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A libtensorflow on this machine with its headers. */
export interface TensorflowLibrary {
  /** The folder that holds the libraries. */
  readonly folder: string
  /** The shared libraries to link, as full paths. */
  readonly libraries: readonly string[]
  /** The folder that holds `tensorflow/c/c_api.h`. */
  readonly include: string
  /** `2.21.0`, or `unknown` where nothing says it. */
  readonly version: string
  /** Whether it was built for CUDA; `undefined` where nothing says it. */
  readonly cuda: boolean | undefined
  /** The CUDA libraries of pip's `nvidia-*` packages beside it, as full paths. */
  readonly cudaLibraries: readonly string[]
}

/**
 * Looks at one place: a `tensorflow` folder of Python's site-packages, a site-packages folder, a virtual environment,
 * or a folder with the C library (`lib/libtensorflow.so.2` and `include/`).
 *
 * @param place - A folder.
 * @returns `undefined` if no libtensorflow is there.
 */
export function tensorflowLibraryAt(place: string): TensorflowLibrary | undefined {
  for (const folder of [place, join(place, 'tensorflow'), ...sitePackagesOf(place)]) {
    const found = wheelAt(folder) ?? cLibraryAt(folder)
    if (found) return found
  }
  return undefined
}

function sitePackagesOf(environment: string): readonly string[] {
  const lib = join(environment, 'lib')
  return list(lib)
    .filter((name) => name.startsWith('python'))
    .map((name) => join(lib, name, 'site-packages', 'tensorflow'))
}

function wheelAt(folder: string): TensorflowLibrary | undefined {
  const [core, framework] = [shared(folder, 'tensorflow_cc'), shared(folder, 'tensorflow_framework')]
  if (!core || !framework) return undefined
  const site = dirname(folder)
  const info = list(site).find((name) =>
    /^(intel_)?tensorflow(_cpu|_rocm|_macos|_gpu)?-[\d.]+.*\.dist-info$/.test(name),
  )
  const build = read(join(folder, 'python/platform/build_info.py'))
  const cuda = /'is_cuda_build', (True|False)/.exec(build)?.[1]
  return {
    folder,
    libraries: [core, framework],
    include: join(folder, 'include'),
    version: info?.replace(/^.*?-(.*)\.dist-info$/, '$1') ?? 'unknown',
    cuda: cuda === undefined ? undefined : cuda === 'True',
    cudaLibraries: cudaLibrariesOf(join(site, 'nvidia')),
  }
}

function cLibraryAt(place: string): TensorflowLibrary | undefined {
  const folder = [join(place, 'lib'), place].find((candidate) => shared(candidate, 'tensorflow'))
  if (folder === undefined) return undefined
  const core = shared(folder, 'tensorflow') as string
  const framework = shared(folder, 'tensorflow_framework')
  const include = [join(place, 'include'), join(dirname(folder), 'include')].find((candidate) => existsSync(candidate))
  return {
    folder,
    libraries: framework ? [core, framework] : [core],
    include: include ?? join(place, 'include'),
    version:
      /\.so\.(\d+\.\d+\.\d+)|\.(\d+\.\d+\.\d+)\.dylib/.exec(realpathSync(core))?.slice(1).find(Boolean) ?? 'unknown',
    cuda: undefined,
    cudaLibraries: [],
  }
}

/** The CUDA libraries of `site-packages/nvidia/<part>/lib`, each after those it needs. */
function cudaLibrariesOf(nvidia: string): readonly string[] {
  const order = ['cuda_runtime', 'nvjitlink', 'cuda_nvrtc', 'cublas', 'cusparse', 'cusolver', 'cufft', 'curand']
  const rank = (part: string) => (order.includes(part) ? order.indexOf(part) : order.length)
  return list(nvidia)
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .flatMap((part) => {
      const lib = join(nvidia, part, 'lib')
      // libcublasLt comes before libcublas, which needs it.
      const files = list(lib).filter((name) => /^lib.*\.so\.\d+$/.test(name))
      return files.sort((a, b) => Number(b.includes('Lt')) - Number(a.includes('Lt'))).map((file) => join(lib, file))
    })
}

/** `lib<name>.so.2` and the names it has elsewhere. */
function shared(folder: string, name: string): string | undefined {
  const names = [`lib${name}.so.2`, `lib${name}.so`, `lib${name}.2.dylib`, `lib${name}.dylib`]
  return names.map((file) => join(folder, file)).find((file) => existsSync(file))
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
