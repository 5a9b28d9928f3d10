// The convolutions of ResNet-8 (batch 16, and a few others) on WebGPU: forward, and both gradients as tfjs has them and as
// @gg/native has them. Processor time of the whole process, least of five, which is what a software Vulkan spends; on a
// card believe the clock. Build first, then: node bench/webgpu-convolutions.mjs [--batch 16]
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({ options: { batch: { type: 'string', default: '16' } } })
const batch = Number(options.batch)

// Packages of @gg/native's own.
const { resolve } = createRequire(new URL('../packages/native/package.json', import.meta.url))
const load = (name) => import(pathToFileURL(resolve(name)))

// As startWebgpu does it, but with tfjs' own kernels kept before ours take their places.
const { create, globals } = await load('webgpu')
Object.assign(globalThis, globals)
const navigator = globalThis.navigator ?? {}
Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true })
if (globalThis.navigator === undefined)
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true })
const tf = await import('@tensorflow/tfjs-core')
await load('@tensorflow/tfjs-backend-webgpu')
const stock = tf.getKernel('Conv2DBackpropFilter', 'webgpu')
const { startWebgpu } = await import('@gg/native')
const { device } = await startWebgpu()
const backend = tf.backend()
const kernelOf = (name) => tf.getKernel(name, 'webgpu')

/** Size, channels in and out, size of the filter, stride, how often in ResNet-8. */
const LAYERS = [
  [32, 3, 16, 3, 1, 1],
  [32, 16, 16, 3, 1, 2],
  [32, 16, 32, 3, 2, 1],
  [16, 32, 32, 3, 1, 1],
  [16, 32, 64, 3, 2, 1],
  [8, 64, 64, 3, 1, 1],
  [32, 3, 64, 7, 2, 0],
  [28, 1, 6, 5, 1, 0],
  [14, 256, 256, 3, 1, 0],
]

const total = { forward: 0, stock: 0, ours: 0, input: 0 }
console.log(`${device}, batch ${batch}: processor ms (GFLOP/s), clock ms\n`)
console.log("| layer | forward | dW, tfjs' | dW, ours | dX, tfjs' |\n| --- | --- | --- | --- | --- |")
for (const [size, inputs, outputs, window, strides, often] of LAYERS) {
  const x = tf.randomNormal([batch, size, size, inputs], 0, 1, 'float32', 1)
  const filter = tf.randomNormal([window, window, inputs, outputs], 0, 1, 'float32', 2)
  const out = Math.ceil(size / strides)
  const dy = tf.randomNormal([batch, out, out, outputs], 0, 1, 'float32', 3)
  const attrs = {
    strides,
    pad: 'same',
    dataFormat: 'NHWC',
    dilations: 1,
    filterShape: filter.shape,
    inputShape: x.shape,
  }
  const flops = 2 * dy.size * window * window * inputs
  const found = {
    forward: await time(kernelOf('Conv2D'), { x, filter }, attrs),
    stock: await time(stock, { x, dy }, attrs),
    ours: await time(kernelOf('Conv2DBackpropFilter'), { x, dy }, attrs),
    input: await time(kernelOf('Conv2DBackpropInput'), { dy, filter }, attrs),
  }
  const cells = Object.values(found).map(
    ({ used, clock }) => `${used.toFixed(1)} (${(flops / used / 1e6).toFixed(2)}), ${clock.toFixed(1)}`,
  )
  console.log(`| ${window}×${window}/${strides}, ${size}×${size}×${inputs} → ${outputs} | ${cells.join(' | ')} |`)
  // The gradient of the pictures themselves is not wanted.
  for (const [name, { used }] of Object.entries(found))
    total[name] += name === 'input' && inputs === 3 ? 0 : often * used
  tf.dispose([x, filter, dy])
}
const step = (gradient) => total.forward + total[gradient] + total.input
const share = (gradient) => `${total[gradient].toFixed(0)} of ${step(gradient).toFixed(0)} ms`
console.log(`\nResNet-8's convolutions a step: dW takes ${share('stock')} as tfjs has it, ${share('ours')} as ours.`)
process.exit(0)

async function time({ kernelFunc }, inputs, attrs) {
  let [used, clock] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let i = 0; i < 6; i++) {
    const [before, begin] = [process.cpuUsage(), performance.now()]
    const result = kernelFunc({ inputs, attrs, backend })
    await backend.read(result.dataId)
    backend.disposeData(result.dataId)
    const { user, system } = process.cpuUsage(before)
    // The first compiles the shader and brings the maps to the GPU.
    if (i > 0) [used, clock] = [Math.min(used, (user + system) / 1e3), Math.min(clock, performance.now() - begin)]
  }
  return { used, clock }
}
