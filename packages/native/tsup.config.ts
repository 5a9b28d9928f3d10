import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Options } from 'tsup'
import { library } from '../../tools/library.ts'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

const TFJS_NODE = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node/package.json'))

/** What the sources of tfjs-node take from elsewhere and what they are given; see NOTICE. */
const STUBS: { readonly [name: string]: string } = {
  util: 'export const isArray = Array.isArray; export const isNullOrUndefined = (x) => x == null',
  './proto/api_pb': 'module.exports = {}',
}

/** Bundles the TypeScript that the package tfjs-node ships, on top of the installed tfjs-core. */
const tfjsNode: Plugin = {
  name: 'tfjs-node',
  setup(build) {
    build.onResolve({ filter: /^tfjs-node\// }, ({ path }) => ({
      path: join(TFJS_NODE, 'src', `${path.slice('tfjs-node/'.length)}.ts`),
      sideEffects: true,
    }))
    build.onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({ path: '@tensorflow/tfjs-core', external: true }))
    build.onResolve({ filter: /^(util|\.\/proto\/api_pb)$/ }, ({ path, importer }) =>
      importer.startsWith(TFJS_NODE) ? { path, namespace: 'stub' } : undefined,
    )
    build.onLoad({ filter: /./, namespace: 'stub' }, ({ path }) => ({ contents: STUBS[path] ?? '' }))
  },
}

export default library({
  entry: ['src/index.ts', 'src/gg-native.ts', 'src/tensorflow-kernels.ts', 'src/register-webgpu.ts'],
  external: [/^#/],
  esbuildPlugins: [tfjsNode],
  // The binding is compiled on the user's machine, against the libtensorflow that is there.
  onSuccess: async () => {
    mkdirSync('dist/binding', { recursive: true })
    for (const folder of [join(TFJS_NODE, 'binding'), 'binding']) {
      for (const file of readdirSync(folder)) copyFileSync(join(folder, file), join('dist/binding', file))
    }
  },
}) as Options
