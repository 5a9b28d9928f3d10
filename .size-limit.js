// Budgets for what a package adds to a page, minified and compressed; tfjs and our own packages beneath it are not
// counted. Raise one on purpose only, with the reason beside the number.
const ignore = [
  ...['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-backend-webgpu'],
  ...['@gg/core', 'picomatch', '@dagrejs/dagre'],
]
const entry = (name, limit, file = 'index', folder = name) => ({
  name: `@gg/${name}${file === 'index' ? '' : `/${file}`}`,
  path: `packages/${folder}/dist/${file}.js`,
  limit,
  ignore,
})

export default [
  // Chains, sites and optimizers: small enough that nobody copies a part of it instead.
  entry('core', '8 kB'),
  // tfjs' own table of gradients with the operations they call, copied because Node cannot import it.
  entry('core', '40 kB', 'register-gradients'),
  // All of optax' vocabulary at once; a page that takes adam pays for adam, see the next.
  entry('optim', '16 kB'),
  { ...entry('optim', '1.5 kB'), name: '@gg/optim (adamw alone)', import: '{ adamw }' },
  entry('gating', '2 kB'),
  entry('lateral-mask', '3.5 kB'),
  entry('gaaf', '2 kB'),
  entry('models', '14 kB'),
  // With the layout of circuits, but without the library that computes it.
  entry('gradcheck', '9 kB'),
  entry('backprop', '6 kB'),
  // One shader and what chooses its tiles.
  entry('native', '3 kB', 'register-webgpu'),
  // Five modules of kernels, one of them for each register tile. The budget of the package is 150 kB.
  entry('wasm-kernels', '55 kB'),
]
