import { createRequire } from 'node:module'
import { TRAIN } from './starter-train.ts'

/** Packages that the starter's loop imports, or that those need beside them. */
const PACKAGES = [
  '@gg/core',
  '@gg/data',
  '@gg/diagnostics',
  '@gg/gating',
  '@gg/models',
  '@gg/optim',
  '@gg/wasm-kernels',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-core',
]

/** The version of TypeScript that the starter is tested with. */
const TYPESCRIPT = '^6.0.3'

/**
 * The files of a starter project, by name: a training loop of one's own, and what compiles it.
 *
 * @param name - Of the project; what npm would not take in it is replaced.
 */
export function starterFiles(name: string): Readonly<Record<string, string>> {
  return {
    'package.json': json({
      name: npmName(name),
      private: true,
      type: 'module',
      scripts: { start: 'tsc && node build/train.js', check: 'tsc --noEmit' },
      dependencies: Object.fromEntries(PACKAGES.map((dependency) => [dependency, `^${installedVersion(dependency)}`])),
      devDependencies: { typescript: TYPESCRIPT },
    }),
    'tsconfig.json': json({
      compilerOptions: {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        target: 'ES2022',
        module: 'NodeNext',
        lib: ['ES2023', 'DOM'],
        types: [],
        skipLibCheck: true,
        outDir: 'build',
        rootDir: '.',
      },
      include: ['train.ts'],
    }),
    'train.ts': TRAIN,
    'README.md': README,
    '.gitignore': 'node_modules/\nbuild/\n',
  }
}

const README = `# A training loop

\`\`\`sh
npm install
npm start
\`\`\`

trains LeNet on digits that are drawn on the spot, and shows how much gradient arrived at its convolutions.

- \`train.ts\` is the loop. Change it.
- \`conv*/output\` names sites of the model; \`console.log(model.sites)\` shows all. Put any transformation there, or a
  chain of them: \`chain(lateralMask(), gate())\` with \`lateralMask\` from \`@gg/lateral-mask\`.
- The transformations of weights are optax': \`chain(clipByGlobalNorm(1), adamw(1e-3))\`.
- A transformation of your own is a function of the gradient: \`statelessWithTreeMap((g) => tf.mul(g, 0.5))\` from \`@gg/core\`.
- \`mnist({ dir, split: 'train' })\`, \`cifar10\` and others from \`@gg/data\` read published data, and \`download: true\` brings it.
- \`saveWeights\` and \`loadWeights\` from \`@gg/models\` write and read safetensors.

What a loop of one's own is not needed for, \`gg train\` does: see \`gg train --help\`.
`

/** The version that is installed beside this package, which is one that it works with. */
function installedVersion(name: string): string {
  const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { readonly version: string }
  return version
}

function npmName(name: string): string {
  const allowed = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
  return allowed === '' ? 'training' : allowed.slice(0, 214)
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
