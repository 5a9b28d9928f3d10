import { getBackend, ready, registerBackend, setBackend } from '@tensorflow/tfjs-core'
import type { Binding } from './binding.ts'
import { type BuildOptions, buildBinding } from './build-binding.ts'
import { findTensorflow } from './find-tensorflow.ts'
import { placeOfComputation } from './gpu-placement.ts'
import { installedBindings } from './installed-bindings.ts'
import { loadBinding } from './load-binding.ts'
import { mendTensorflow } from './mend-tensorflow.ts'
import { NativeError } from './native-error.ts'
import { probeBinding } from './probe-binding.ts'
import { type TensorflowLimits, tensorflowConfig } from './tensorflow-config.ts'

/** Which libtensorflow to take and how much of the machine. */
export interface TensorflowOptions extends TensorflowLimits, BuildOptions {
  /** Where libtensorflow is; see {@link findTensorflow}. With it an installed tfjs-node is not looked for. */
  readonly library?: string
  /** Take a libtensorflow that computes on a GPU, or none; false unless said otherwise. */
  readonly gpu?: boolean
}

/** The TensorFlow that was started. */
export interface StartedTensorflow {
  /** `@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node` or `libtensorflow`. */
  readonly source: string
  /** TensorFlow's own version. */
  readonly version: string
  /** Where it lies. */
  readonly folder: string
  /** The device on which TensorFlow placed a product of matrices, as it names it. */
  readonly device: string
  /** Whether that device is a GPU. */
  readonly gpu: boolean
  /** What did not go well on the way and was not needed in the end, a sentence each. */
  readonly notes: readonly string[]
}

interface Candidate {
  readonly source: string
  readonly folder: string
  readonly file: string
  readonly libraries: readonly string[]
}

let started: StartedTensorflow | undefined

/**
 * Starts TensorFlow's own runtime as tfjs' backend `tensorflow` and makes it the current one.
 *
 * It takes the binding of an installed `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node` that loads, else a
 * libtensorflow that {@link findTensorflow} finds, for which it compiles tfjs-node's binding once. The kernels are
 * those of tfjs-node 4.22 with ours where they differ from the other backends. To choose among all backends use
 * {@link chooseBackend}. A process has one TensorFlow: later calls return the first.
 *
 * State: registers a backend and its kernels with tfjs, globally. Memory: TensorFlow's; see {@link TensorflowLimits}.
 * Deviations from tfjs-node: no TensorBoard, no saved models, no handlers for `file://`, and no kernels of oneDNN, which on some
 * machines are wrong: `TF_ENABLE_ONEDNN_OPTS=1` in the environment turns them on.
 *
 * @param options - Which library; limits.
 * @returns What was started.
 * @throws NativeError `MISSING_LIBRARY`, `MISSING_HEADERS`, `MISSING_COMPILER`, `COMPILE_FAILED`, `LOAD_FAILED`,
 *   `UNSUPPORTED_PLATFORM`, `INVALID_ARGUMENT`, and `NO_GPU` if `gpu` is asked for and TensorFlow computes on none.
 *
 * @example
 * ```ts
 * import { startTensorflow } from '@gg/native'
 *
 * const { version, device } = await startTensorflow({ threads: 2 })
 * console.log(version, device) // 2.21.0 /job:localhost/replica:0/task:0/device:CPU:0
 * ```
 */
export async function startTensorflow(options: TensorflowOptions = {}): Promise<StartedTensorflow> {
  const config = tensorflowConfig(options)
  if (!started) {
    const notes: string[] = []
    const candidate = (await installed(options, notes)) ?? (await compiled(options))
    if (options.memoryGrowth ?? true) process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
    // Read once, when TensorFlow is loaded. oneDNN's gradients of convolutions were wrong and wrote beyond their memory on a machine
    // that does not tell the sizes of its caches, as virtual ones may not; without oneDNN they are right.
    process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0'
    const { binding, failures } = loadBinding(candidate.file, config, candidate.libraries)
    notes.push(...failures.map((failure) => `A library could not be loaded: ${failure}.`))
    const { source, folder } = candidate
    const device = placeOfComputation(binding) ?? 'nowhere: its product of two matrices was wrong'
    await register(binding)
    started = { source, version: binding.TF_Version, folder, device, gpu: /GPU/.test(device), notes }
  }
  if (options.gpu && !started.gpu) throw noGpu(started)
  if (getBackend() !== 'tensorflow') {
    await setBackend('tensorflow')
    await ready()
  }
  return started
}

/** The binding of an installed package, unless a library or a limit is asked for that only a compiled one can take. */
async function installed(options: TensorflowOptions, notes: string[]): Promise<Candidate | undefined> {
  const { library, memoryLimit, threads, gpu = false } = options
  if (library !== undefined || process.env['GG_TENSORFLOW'] || (memoryLimit ?? threads) !== undefined) return undefined
  for (const { name, folder, file } of installedBindings()) {
    if (file === undefined) {
      notes.push(`${name} in '${folder}' is installed without its binding.`)
      continue
    }
    const probe = await probeBinding(file)
    if (!probe.loads) notes.push(`${name} in '${folder}' does not load: ${probe.reason}.`)
    else if (gpu && !probe.gpu) notes.push(`${name} in '${folder}' sees no GPU.`)
    else return { source: name, folder, file, libraries: [] }
  }
  return undefined
}

async function compiled(options: TensorflowOptions): Promise<Candidate> {
  const places = findTensorflow(options.library)
  const libraries = places.flatMap(({ library }) => (library ? [library] : []))
  // Of several, one that was built for CUDA is worth the search when a GPU is asked for.
  const library = (options.gpu ? libraries.find(({ cuda }) => cuda !== false) : undefined) ?? libraries[0]
  if (library === undefined)
    throw new NativeError(
      'MISSING_LIBRARY',
      `startTensorflow: no libtensorflow was found (looked at ${places.map(({ reason }) => reason).join(', ')}). Type: ` +
        `python3 -m venv .venv && .venv/bin/pip install ${options.gpu ? "'tensorflow[and-cuda]'" : 'tensorflow_cpu'} ` +
        '&& export GG_TENSORFLOW=$PWD/.venv',
    )
  const { file } = await buildBinding(library, options)
  return {
    source: 'libtensorflow',
    folder: library.folder,
    file,
    libraries: [...library.cudaLibraries, ...[...library.libraries].reverse()],
  }
}

async function register(binding: Binding): Promise<void> {
  const { makeBackend } = await import('#tensorflow-kernels')
  mendTensorflow()
  registerBackend('tensorflow', () => makeBackend(binding), 3)
  await setBackend('tensorflow')
  await ready()
}

function noGpu({ source, folder, version, device }: StartedTensorflow): NativeError {
  return new NativeError(
    'NO_GPU',
    `startTensorflow: TensorFlow ${version} (${source} in '${folder}') computed on ${device}, not on a GPU. Type ` +
      "`npx gg-native doctor` to see why; with an NVIDIA driver: pip install 'tensorflow[and-cuda]'.",
  )
}
