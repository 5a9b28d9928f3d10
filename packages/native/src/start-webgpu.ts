import { ready, setBackend } from '@tensorflow/tfjs-core'
import { mendWebgpu } from './mend-webgpu.ts'
import { NativeError } from './native-error.ts'

/** The GPU that WebGPU was started on. */
export interface StartedWebgpu {
  /** As its driver describes it. */
  readonly device: string
  /** Whether a processor plays the GPU, as Mesa's llvmpipe does. */
  readonly software: boolean
}

/**
 * Starts tfjs' backend `webgpu` and makes it the current one; in Node through the package `webgpu`, which brings Dawn.
 *
 * Nothing on this backend can be read synchronously: use `await tensor.data()`, never `dataSync()`. The first steps
 * are slow, since every shape of an operation has its shader compiled.
 *
 * State: in Node it sets WebGPU's globals and `navigator.gpu`, which have to be there before the backend's module is
 * loaded, and registers the backend with tfjs.
 *
 * @throws NativeError `MISSING_PACKAGE` without `webgpu` or `@tensorflow/tfjs-backend-webgpu`, `NO_GPU` if there is no
 *   adapter, `LOAD_FAILED` if tfjs cannot start on it.
 *
 * @example
 * ```ts
 * import { startWebgpu } from '@gg/native'
 * import * as tf from '@tensorflow/tfjs-core'
 *
 * const { device } = await startWebgpu()
 * console.log(device, await tf.sum(tf.ones([2, 3])).data()) // NVIDIA H200 Float32Array(1) [ 6 ]
 * ```
 */
export async function startWebgpu(): Promise<StartedWebgpu> {
  const gpu = navigatorGpu() ?? (await dawn())
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter)
    throw new NativeError(
      'NO_GPU',
      'startWebgpu: there is no adapter. On Linux WebGPU needs a Vulkan driver: that of NVIDIA, or Mesa from 23 on (type: ' +
        'vulkaninfo --summary).',
    )
  const { vendor, architecture, device, description } = adapter.info
  const name = description || [vendor, architecture, device].filter(Boolean).join(' ') || 'unnamed'
  const software = adapter.info.isFallbackAdapter === true || /llvmpipe|lavapipe|swiftshader/i.test(name)
  await required('@tensorflow/tfjs-backend-webgpu', () => import('@tensorflow/tfjs-backend-webgpu'))
  mendWebgpu()
  if (!(await setBackend('webgpu')))
    throw new NativeError('LOAD_FAILED', `startWebgpu: tfjs could not start its backend on '${name}'.`)
  await ready()
  return { device: name, software }
}

/** What we use of WebGPU; its types are in no package that this one depends on. */
interface Gpu {
  requestAdapter(options: { readonly powerPreference: 'high-performance' }): Promise<Adapter | null>
}

interface Adapter {
  readonly info: Readonly<Record<'vendor' | 'architecture' | 'device' | 'description', string>> & {
    readonly isFallbackAdapter?: boolean
  }
}

function navigatorGpu(): Gpu | undefined {
  return (globalThis.navigator as { readonly gpu?: Gpu } | undefined)?.gpu
}

async function dawn(): Promise<Gpu> {
  const { create, globals } = await required('webgpu', () => import('webgpu'))
  Object.assign(globalThis, globals)
  const gpu = create([]) as unknown as Gpu
  // Node 20 has no navigator, later ones have one without `gpu`.
  const navigator = globalThis.navigator ?? {}
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
  if (globalThis.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true })
  return gpu
}

async function required<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    const found = (cause as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND'
    const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)
    throw new NativeError(
      found ? 'LOAD_FAILED' : 'MISSING_PACKAGE',
      found
        ? `startWebgpu: '${name}' does not load: ${said}`
        : `startWebgpu: '${name}' is not installed. Type: npm install ${name}`,
      { cause },
    )
  }
}
