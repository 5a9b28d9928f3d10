import type { Options } from 'tsup'

/** How every package is built: ESM for ES2022, types beside it, dependencies left to the installer. */
export function library(options: Options = {}): Options {
  return {
    entry: ['src/index.ts'],
    format: 'esm',
    target: 'es2022',
    clean: true,
    sourcemap: true,
    treeshake: true,
    // tsup would write `fs` for `node:fs`, which bundlers for browsers and Deno take for a package.
    removeNodeProtocol: false,
    // tsup still hands TypeScript the `baseUrl` that TypeScript 6 calls deprecated.
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
    ...options,
  }
}
