import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Tests run from the sources, so that a red line points at the line that is wrong.
const config: ViteUserConfig = defineConfig({
  plugins: [
    {
      // As the build does it: compiled modules and the script of a thread are constants of the code.
      name: 'compiled-kernels',
      enforce: 'pre',
      load(id) {
        if (id.endsWith('/build/worker.txt')) return `export default ${JSON.stringify(readFileSync(id, 'utf8'))}`
        if (!id.endsWith('.wasm')) return undefined
        return `export default '${readFileSync(id, 'hex')}'`
      },
    },
  ],
  resolve: {
    alias: [
      { find: /^@gg\/testing$/, replacement: here('tools/testing/src/index.ts') },
      { find: /^@gg\/testing\/(.+)$/, replacement: here('tools/testing/src/$1.ts') },
      // The one entry that is taken from the build: it bundles 250 files of tfjs-core, three seconds for each test file.
      { find: '@gg/core/register-gradients', replacement: here('packages/core/dist/register-gradients.js') },
      { find: '@gg/wasm-kernels/register', replacement: here('packages/wasm-kernels/src/register.ts') },
      { find: /^@gg\/trainer$/, replacement: here('apps/trainer/src/index.ts') },
      { find: /^@gg\/([a-z-]+)$/, replacement: here('packages/$1/src/index.ts') },
    ],
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'tools/*/test/**/*.test.ts'],
    setupFiles: [here('tools/testing/src/setup.ts')],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
})

export default config
