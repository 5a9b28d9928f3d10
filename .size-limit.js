// Budgets for what a package adds to a page, minified and compressed, tfjs itself not counted. Raise one on purpose
// only, with the reason beside the number.
const tfjs = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm']

export default [
  // Chains, sites and optimizers: small enough that nobody copies a part of it instead.
  { name: '@gg/core', path: 'packages/core/dist/index.js', limit: '9 kB', ignore: tfjs },
  // tfjs' own table of gradients with the operations they call, copied because Node cannot import it.
  { name: '@gg/core/register-gradients', path: 'packages/core/dist/register-gradients.js', limit: '45 kB', ignore: tfjs },
]
