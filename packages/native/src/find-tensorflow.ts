import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { NativeError } from './native-error.ts'
import { onPath } from './on-path.ts'
import { type TensorflowLibrary, tensorflowLibraryAt } from './tensorflow-library.ts'

/** A place that was looked at. */
export interface TensorflowPlace {
  /** Why it was looked at: `$VIRTUAL_ENV`, `python3 on the PATH`. */
  readonly reason: string
  /** The file or folder. */
  readonly path: string
  /** What is there. */
  readonly library: TensorflowLibrary | undefined
}

/**
 * Looks for a libtensorflow: where it is pointed at, else in `$GG_TENSORFLOW`, in the active virtual or conda
 * environment, and in the packages of `python3` and `python` on the PATH.
 *
 * A place is a Python, a virtual environment, a site-packages folder, its `tensorflow` folder, or a folder with the C
 * library. Nothing is imported and nothing downloaded; a Python is asked where its package lies.
 *
 * @param pointedAt - Looks only there.
 * @returns All places looked at, in this order; the first with a `library` is the one that is used.
 * @throws NativeError `MISSING_LIBRARY` if `pointedAt` or `$GG_TENSORFLOW` has none: what was asked for is not replaced.
 */
export function findTensorflow(pointedAt?: string): readonly TensorflowPlace[] {
  const { env } = process
  const given = pointedAt ?? env['GG_TENSORFLOW']
  if (given) {
    const reason = pointedAt === undefined ? '$GG_TENSORFLOW' : 'the option `library`'
    const place = { reason, path: given, library: libraryOf(given) }
    if (place.library) return [place]
    throw new NativeError(
      'MISSING_LIBRARY',
      `findTensorflow: ${reason} is '${given}', and no libtensorflow is there. Point it at a Python or a virtual ` +
        "environment with the package 'tensorflow' or 'tensorflow_cpu', or at a folder with include/ and lib/.",
    )
  }
  const places: readonly (readonly [reason: string, path: string | undefined])[] = [
    ['$VIRTUAL_ENV', env['VIRTUAL_ENV']],
    ['$CONDA_PREFIX', env['CONDA_PREFIX']],
    ['python3 on the PATH', onPath('python3')],
    ['python on the PATH', onPath('python')],
    ['/usr/local', '/usr/local'],
  ]
  return places.flatMap(([reason, path]) => (path ? [{ reason, path, library: libraryOf(path) }] : []))
}

function libraryOf(path: string): TensorflowLibrary | undefined {
  if (!existsSync(path)) return undefined
  if (statSync(path).isDirectory()) return tensorflowLibraryAt(path)
  const folder = packageOf(path)
  return folder === undefined ? undefined : tensorflowLibraryAt(folder)
}

/** Where a Python would import `tensorflow` from, without importing it. */
function packageOf(python: string): string | undefined {
  const program =
    'import importlib.util as u; s = u.find_spec("tensorflow"); print(s.submodule_search_locations[0] if s else "")'
  const { stdout } = spawnSync(python, ['-c', program], { encoding: 'utf8', timeout: 30_000 })
  const origin = (stdout ?? '').trim()
  return origin === '' ? undefined : origin
}
