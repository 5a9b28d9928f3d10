import { NativeError } from './native-error.ts'
import { onPath } from './on-path.ts'

/**
 * The C++ compiler of this machine: `$CXX`, else the first of c++, g++ and clang++ on the PATH.
 *
 * @throws NativeError `MISSING_COMPILER`.
 */
export function findCompiler(): string {
  const named = process.env['CXX']
  if (named) {
    const compiler = named.includes('/') ? named : onPath(named)
    if (compiler) return compiler
    throw new NativeError('MISSING_COMPILER', `findCompiler: $CXX is '${named}', which is not on the PATH. ${ADVICE}`)
  }
  const compiler = ['c++', 'g++', 'clang++'].map(onPath).find((path) => path !== undefined)
  if (compiler === undefined)
    throw new NativeError('MISSING_COMPILER', `findCompiler: neither c++ nor g++ nor clang++ is on the PATH. ${ADVICE}`)
  return compiler
}

const ADVICE =
  process.platform === 'darwin'
    ? 'Type: xcode-select --install'
    : 'Type: sudo apt install g++ (Debian, Ubuntu), sudo dnf install gcc-c++ (Fedora) or apk add g++ (Alpine).'
