import { findBackendFactory, ready, setBackend } from '@tensorflow/tfjs-core'
import { NativeError } from './native-error.ts'
import { selfTest } from './self-test.ts'
import { type StartedTensorflow, startTensorflow, type TensorflowOptions } from './start-tensorflow.ts'
import { startWebgpu } from './start-webgpu.ts'

/** A backend by the name that a user types. `cuda` is tfjs' backend `tensorflow` on a GPU. */
export type BackendName = 'cuda' | 'webgpu' | 'tensorflow' | 'wasm' | 'cpu'

/** All of them, best first: the order in which `auto` tries them. */
export const BACKEND_NAMES: readonly BackendName[] = ['cuda', 'webgpu', 'tensorflow', 'wasm', 'cpu']

/** How to choose, and what TensorFlow may take if it is chosen. */
export interface ChooseBackendOptions extends Omit<TensorflowOptions, 'gpu'> {
  /** What `auto` chooses among, best first; {@link BACKEND_NAMES} unless given. */
  readonly among?: readonly BackendName[]
  /**
   * Registers the WASM backend, for instance `() => import('@gg/wasm-kernels/register')`, without which it cannot train
   * convolutions; `@tensorflow/tfjs-backend-wasm` as it is unless given. Not called if the program has one already.
   */
  readonly loadWasm?: () => Promise<unknown>
}

/** The backend that was chosen; it is tfjs' current one. */
export interface ChosenBackend {
  /** As a user types it. */
  readonly name: BackendName
  /** As `tf.getBackend()` says it. */
  readonly backend: 'tensorflow' | 'webgpu' | 'wasm' | 'cpu'
  /** What it computes on: TensorFlow's name of the device, the GPU's name, or `CPU`. */
  readonly device: string
  /** A sentence for people: what was chosen and why, and why nothing better. */
  readonly reason: string
  /** What `auto` tried before, with the reason. */
  readonly passedOver: readonly { readonly name: BackendName; readonly reason: string }[]
}

/**
 * Starts a backend, checks that it computes gradients right, and makes it tfjs' current one.
 *
 * Use it at the start of a program, before any tensor is made. `cuda` succeeds only if TensorFlow really placed a
 * product of matrices on a GPU. `auto` takes the first of {@link BACKEND_NAMES} that passes {@link selfTest}, except
 * WebGPU on a processor that plays a GPU, which is slower than the others. To start one without the test use
 * {@link startTensorflow} or {@link startWebgpu}.
 *
 * On `webgpu` no tensor can be read synchronously: leave it out of `among` if your program calls `dataSync()`.
 *
 * State: tfjs' current backend, and what the backends register, globally. Memory: nothing of ours is left behind.
 *
 * @param choice - A backend, or `auto`.
 * @param options - Candidates, limits, where libtensorflow is.
 * @returns What was chosen and why.
 * @throws NativeError `INVALID_ARGUMENT` for another name; what {@link startTensorflow} and {@link startWebgpu} throw;
 *   `MISSING_PACKAGE`; `SELF_TEST_FAILED`; `NO_BACKEND` if none of `auto`'s candidates works.
 *
 * @example
 * ```ts
 * import { chooseBackend } from '@gg/native'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const { name, device } = await chooseBackend('auto', { among: ['cuda', 'cpu'] })
 * console.log(name, device) // → cpu CPU
 * console.log(tf.getBackend()) // → cpu
 * ```
 */
export async function chooseBackend(
  choice: 'auto' | BackendName = 'auto',
  options: ChooseBackendOptions = {},
): Promise<ChosenBackend> {
  const known = (name: string): boolean => (BACKEND_NAMES as readonly string[]).includes(name)
  const unknown = [choice, ...(options.among ?? [])].find((name) => name !== 'auto' && !known(name))
  if (unknown !== undefined)
    throw new NativeError(
      'INVALID_ARGUMENT',
      `chooseBackend: a backend must be one of auto, ${BACKEND_NAMES.join(', ')}, got '${unknown}'.`,
    )
  if (choice !== 'auto') {
    const started = await start(choice, options)
    return { ...started, reason: `${choice} on ${started.device}, as asked for`, passedOver: [] }
  }
  return await best(options)
}

async function best(options: ChooseBackendOptions): Promise<ChosenBackend> {
  const passedOver: { readonly name: BackendName; readonly reason: string }[] = []
  for (const name of options.among ?? BACKEND_NAMES) {
    try {
      const started = await start(name, options, true)
      const others = passedOver.map((other) => `not ${other.name} (${other.reason})`)
      const reason = [`${name} on ${started.device} passes the self-test`, ...others].join('; ')
      return { ...started, reason, passedOver }
    } catch (error) {
      passedOver.push({ name, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  const tried = passedOver.map(({ name, reason }) => `${name}: ${reason}`).join('\n  ')
  throw new NativeError(
    'NO_BACKEND',
    `chooseBackend: no backend works. Type \`npm install @tensorflow/tfjs-backend-cpu\` for one that always does.\n  ${tried}`,
  )
}

type Started = Pick<ChosenBackend, 'name' | 'backend' | 'device'>

async function start(name: BackendName, options: ChooseBackendOptions, forBest = false): Promise<Started> {
  const started = await STARTERS[name](options, forBest)
  const { passed, reason } = await selfTest()
  if (!passed)
    throw new NativeError(
      'SELF_TEST_FAILED',
      `chooseBackend: '${name}' fails the self-test: ${reason}.${adviceFor(name)}`,
    )
  return { name, ...started }
}

function adviceFor(name: BackendName): string {
  return name === 'wasm'
    ? " tfjs' WASM cannot train convolutions: npm install @gg/wasm-kernels, and import '@gg/wasm-kernels/register'."
    : ''
}

const STARTERS: {
  readonly [name in BackendName]: (options: ChooseBackendOptions, forBest: boolean) => Promise<Omit<Started, 'name'>>
} = {
  cuda: async (options) => ofTensorflow(await startTensorflow({ ...options, gpu: true })),
  tensorflow: async (options) => ofTensorflow(await startTensorflow(options)),
  webgpu: async (_, forBest) => {
    const { device, software } = await startWebgpu()
    if (forBest && software) throw new NativeError('NO_GPU', `'${device}' is a processor that plays a GPU`)
    return { backend: 'webgpu', device }
  },
  wasm: ({ loadWasm }) => plain('wasm', loadWasm ?? (() => import('@tensorflow/tfjs-backend-wasm'))),
  cpu: () => plain('cpu', () => import('@tensorflow/tfjs-backend-cpu')),
}

function ofTensorflow({ device, version, gpu }: StartedTensorflow): Omit<Started, 'name'> {
  return { backend: 'tensorflow', device: `${device} (TensorFlow ${version}${gpu ? '' : ', no GPU'})` }
}

async function plain(backend: 'wasm' | 'cpu', load: () => Promise<unknown>): Promise<Omit<Started, 'name'>> {
  if (!findBackendFactory(backend))
    try {
      await load()
    } catch (cause) {
      const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
      throw new NativeError(
        'MISSING_PACKAGE',
        `chooseBackend: the backend '${backend}' does not load: ${said}. Type: npm install @tensorflow/tfjs-backend-${backend}`,
        { cause },
      )
    }
  if (!(await setBackend(backend)))
    throw new NativeError('LOAD_FAILED', `chooseBackend: tfjs could not start its backend '${backend}'.`)
  await ready()
  return { backend, device: 'CPU' }
}
