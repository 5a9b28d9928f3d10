import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bindingFileOf } from './build-binding.ts'
import { findCompiler } from './find-compiler.ts'
import { findTensorflow } from './find-tensorflow.ts'
import { installedBindings } from './installed-bindings.ts'
import { onPath } from './on-path.ts'
import { probeBinding } from './probe-binding.ts'
import type { TensorflowLibrary } from './tensorflow-library.ts'

/**
 * Prints what of TensorFlow is on this machine, starts each backend in a process of its own, and says what to type.
 *
 * @param print - Takes the text.
 * @returns 0 if TensorFlow works, on a GPU if there is one from NVIDIA; else 1.
 */
export async function doctor(print: (text: string) => void): Promise<number> {
  const line = (label: string, text: string) => print(`${label.padEnd(16)}${text}\n`)
  line('Machine', `${platform()} ${arch()}, Node ${process.version}`)
  const nvidia = await nvidiaGpus()
  line('NVIDIA', nvidia ?? 'no driver answers (nvidia-smi)')
  for (const { name, folder, version, file } of installedBindings())
    line(
      name.slice('@tensorflow/'.length),
      `${version} in '${folder}': ${file ? told(await probeBinding(file)) : 'without its binding'}`,
    )
  const library = printPlaces(line)
  line('Compiler', attempt(findCompiler))
  if (library) line('Binding', existsSync(bindingFileOf(library)) ? bindingFileOf(library) : 'not compiled yet')
  const works: { readonly [name: string]: boolean } = {
    tensorflow: await tryOut('tensorflow', line),
    webgpu: await tryOut('webgpu', line),
  }
  const gpu = nvidia === undefined || (await tryOut('cuda', line))
  for (const advice of adviceFor({
    nvidia: nvidia !== undefined,
    tensorflow: works['tensorflow'] === true,
    gpu,
    library,
  }))
    line('Type', advice)
  return works['tensorflow'] && gpu ? 0 : 1
}

type Line = (label: string, text: string) => void

function printPlaces(line: Line): TensorflowLibrary | undefined {
  try {
    const places = findTensorflow()
    for (const { reason, path, library } of places) line('libtensorflow', `${reason} (${path}): ${described(library)}`)
    return places.find(({ library }) => library)?.library
  } catch (error) {
    line('libtensorflow', (error as Error).message)
    return undefined
  }
}

function described(library: TensorflowLibrary | undefined): string {
  if (!library) return 'none'
  const { version, cuda, cudaLibraries, folder } = library
  const built = cuda === undefined ? '' : cuda ? ', built for CUDA' : ', built for the CPU alone'
  const beside = cuda ? `, ${cudaLibraries.length} CUDA libraries of pip beside it` : ''
  return `TensorFlow ${version}${built}${beside}, in '${folder}'`
}

function told(probe: Awaited<ReturnType<typeof probeBinding>>): string {
  if (!probe.loads) return `does not load: ${probe.reason}`
  return `TensorFlow ${probe.version}, ${probe.gpu ? 'sees a GPU' : 'sees no GPU'}`
}

/** In a process of its own: what is broken may end the process, and a process can start one TensorFlow only. */
async function tryOut(name: string, line: Line): Promise<boolean> {
  const program = fileURLToPath(new URL('../bin/gg-native.mjs', import.meta.url))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'try', name], { timeout: 300_000 })
    line(name, stdout.trim().split('\n').at(-1) ?? '')
    return true
  } catch (error) {
    const { stdout = '', signal, stderr = '' } = error as { stdout?: string; signal?: string; stderr?: string }
    line(name, stdout.trim() || (signal ? `ended with ${signal}` : stderr.trim().split('\n').slice(0, 2).join(' ')))
    return false
  }
}

function adviceFor(found: {
  readonly nvidia: boolean
  readonly tensorflow: boolean
  readonly gpu: boolean
  readonly library: TensorflowLibrary | undefined
}): readonly string[] {
  if (found.tensorflow && found.gpu) return []
  const wheel = found.nvidia ? "'tensorflow[and-cuda]'" : 'tensorflow_cpu'
  const install = `python3 -m venv ~/gg-tf && ~/gg-tf/bin/pip install ${wheel} && export GG_TENSORFLOW=~/gg-tf`
  const right = found.library !== undefined && (!found.nvidia || found.library.cuda !== false)
  return right ? ['TF_CPP_MIN_LOG_LEVEL=0 npx gg-native try cuda   # TensorFlow says what it misses'] : [install]
}

async function nvidiaGpus(): Promise<string | undefined> {
  const smi = onPath('nvidia-smi')
  if (smi === undefined) return undefined
  try {
    const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader']
    const { stdout } = await promisify(execFile)(smi, query, { timeout: 30_000 })
    return stdout.trim().split('\n').join('; ') || undefined
  } catch {
    return undefined
  }
}

function attempt(find: () => string): string {
  try {
    return find()
  } catch (error) {
    return (error as Error).message
  }
}
