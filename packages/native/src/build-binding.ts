import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import envPaths from 'env-paths'
import nodeApi from 'node-api-headers'
import { findCompiler } from './find-compiler.ts'
import { NativeError } from './native-error.ts'
import type { TensorflowLibrary } from './tensorflow-library.ts'

/** Where a compiled binding lies and whether this call compiled it. */
export interface BuiltBinding {
  readonly file: string
  readonly compiled: boolean
}

/** Where bindings are kept and who hears of progress. */
export interface BuildOptions {
  /** `$GG_NATIVE_CACHE`, else the platform's folder for caches, such as ~/.cache/gg-native. */
  readonly cacheFolder?: string
  /** Told in a sentence before something takes long. */
  readonly onProgress?: (message: string) => void
}

// The same path from src/ and from dist/.
const SOURCES = fileURLToPath(new URL('../dist/binding/', import.meta.url))
const NODE_API = '8'

/** The folder in which bindings are kept. */
function cacheFolderOf({ cacheFolder }: BuildOptions): string {
  return cacheFolder ?? (process.env['GG_NATIVE_CACHE'] || envPaths('gg-native', { suffix: '' }).cache)
}

/** The file of the binding for a library, whether it is there yet or not: a name for all that it depends on. */
export function bindingFileOf(library: TensorflowLibrary, options: BuildOptions = {}): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(SOURCES).sort()) hash.update(file).update(readFileSync(join(SOURCES, file)))
  for (const part of [library.folder, library.version, library.include, NODE_API]) hash.update(part).update('\0')
  const name = `tensorflow-${library.version}-${platform()}-${arch()}-${hash.digest('hex').slice(0, 12)}`
  return join(cacheFolderOf(options), name, 'tfjs_binding.node')
}

/**
 * Compiles tfjs-node's binding against a libtensorflow, once: the next call for the same versions finds the file.
 *
 * It is built in a folder beside and renamed at the end, so no process ever sees half a file. Two that start at once
 * both compile; the first to end is kept.
 *
 * @throws NativeError `UNSUPPORTED_PLATFORM`, `MISSING_HEADERS`, `MISSING_COMPILER`, `COMPILE_FAILED`.
 */
export async function buildBinding(library: TensorflowLibrary, options: BuildOptions = {}): Promise<BuiltBinding> {
  const file = bindingFileOf(library, options)
  if (existsSync(file)) return { file, compiled: false }
  if (platform() === 'win32')
    throw new NativeError(
      'UNSUPPORTED_PLATFORM',
      'buildBinding: the binding is not compiled on Windows. Use WSL, or type: npm install @tensorflow/tfjs-node (Node up to 22).',
    )
  if (!existsSync(join(library.include, 'tensorflow/c/eager/c_api.h')))
    throw new NativeError(
      'MISSING_HEADERS',
      `buildBinding: '${library.include}' has no tensorflow/c/eager/c_api.h. A Python wheel brings its headers; for a C ` +
        'library unpack include/ of the same archive beside lib/.',
    )
  const compiler = findCompiler()
  const folder = join(file, '..')
  options.onProgress?.(
    `Compiling the binding for TensorFlow ${library.version} with ${compiler}, once; 10 to 30 seconds.`,
  )
  mkdirSync(join(folder, '..'), { recursive: true })
  const draft = mkdtempSync(`${folder}.`)
  try {
    await Promise.all([compileLoader(compiler, library, draft), compileBinding(compiler, library, draft)])
    writeFileSync(join(draft, 'library.json'), `${JSON.stringify({ ...library, compiler }, undefined, 2)}\n`)
    keep(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return { file, compiled: true }
}

function compileBinding(compiler: string, library: TensorflowLibrary, folder: string): Promise<void> {
  return compile(compiler, library, [
    ...['-include', join(SOURCES, 'gg_prelude.h'), '-I', library.include, '-I', SOURCES],
    ...['tfjs_backend.cc', 'tfjs_binding.cc', 'gg_binding.cc'].map((file) => join(SOURCES, file)),
    ...[...library.libraries, `-Wl,-rpath,${library.folder}`, '-o', join(folder, 'tfjs_binding.node')],
  ])
}

function compileLoader(compiler: string, library: TensorflowLibrary, folder: string): Promise<void> {
  return compile(compiler, library, [join(SOURCES, 'gg_loader.cc'), '-ldl', '-o', join(folder, 'gg_loader.node')])
}

async function compile(compiler: string, library: TensorflowLibrary, args: readonly string[]): Promise<void> {
  const shared = platform() === 'darwin' ? ['-shared', '-undefined', 'dynamic_lookup'] : ['-shared']
  const common = [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-w',
    `-DNAPI_VERSION=${NODE_API}`,
    '-I',
    nodeApi.include_dir,
    ...shared,
  ]
  try {
    await promisify(execFile)(compiler, [...common, ...args], { maxBuffer: 2 ** 26 })
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr ?? String(cause)
    const lines = said.split('\n').filter((line) => /error|undefined reference|cannot find/.test(line))
    throw new NativeError(
      'COMPILE_FAILED',
      `buildBinding: ${compiler} could not compile the binding for TensorFlow ${library.version} in ` +
        `'${library.folder}': ${(lines.length > 0 ? lines : said.split('\n')).slice(0, 3).join(' | ')}. It needs C++17 ` +
        '(g++ 8, clang 7) and the headers of the same TensorFlow; 2.21 was seen to work.',
      { cause },
    )
  }
}

/** Moves the draft into place, unless another process was first. */
function keep(draft: string, folder: string): void {
  try {
    renameSync(draft, folder)
  } catch (error) {
    if (!existsSync(join(folder, 'tfjs_binding.node'))) throw error
  }
}
