import { readFile } from 'node:fs/promises'
import type { Options } from 'tsup'
import { library } from '../../tools/library.ts'

export default library({
  entry: ['src/index.ts', 'src/register.ts'],
  // A map would carry the compiled modules a second time.
  sourcemap: false,
  loader: { '.txt': 'text' },
  esbuildPlugins: [
    {
      name: 'compiled-kernels',
      setup({ onLoad }) {
        onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({ contents: await readFile(path, 'hex'), loader: 'text' }))
      },
    },
  ],
}) as Options
